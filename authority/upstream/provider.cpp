#include "upstream/provider.hpp"

#include "ostia/jose/algorithms.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/url/url.hpp"
#include "state/authority.hpp"

namespace ostia::authority::upstream {
namespace {

using json::Value;
using namespace std::chrono_literals;

constexpr auto lifetime = 1h;
constexpr auto pause = 10s;  // between two looks for a key that is not among those that are kept

constexpr long short_patience = 4;  // seconds, where what is kept will do

// Whether a document says what it is there to say: one that does not takes nothing from what is kept.
using IsGood = bool (*)(const Value& document);
bool is_metadata(const Value& document) { return document.size() > 0; }

// What is kept, if it is young enough; else what the upstream says now, or what it has said lately if it is silent.
Async<Value> fetch(Authority& a, std::string url, IsGood is_good, std::chrono::seconds max_age, Deadline until) {
  const auto plan = a.documents.plan(url, max_age);
  if (plan.step == DocumentStep::use) co_return plan.kept;
  HttpCall call;
  call.url = url;
  call.headers = {{"Accept", "application/json"}};
  call.until = until;
  if (plan.step == DocumentStep::refresh) call.connect_timeout = call.timeout = short_patience;
  CO_AWAIT(const auto answer, a.http.send(std::move(call)));
  auto document = answer && answer->status == 200 ? json::parse(answer->body, 16) : Result<Value>(Value());
  if (document && document->is_object() && (is_good(*document) || plan.kept.is_null())) {
    a.documents.keep(url, *document);
    co_return *std::move(document);
  }
  if (!plan.kept.is_null()) co_return plan.kept;
  if (!answer) co_return unanswered(url, answer.error());
  if (answer->status != 200)
    co_return refused(url + " answers " + std::to_string(answer->status), "upstream_unreachable");
  co_return refused(url + " is not a JSON object", "upstream_malformed");
}

// Secrets go to https only; to this machine where the upstream is on it.
bool is_safe(const std::string& url, bool is_local) {
  const auto parsed = url::parse(url);
  return parsed && (url.starts_with("https://") || (is_local && url::is_loopback_host(parsed->host)));
}

std::string discovery_of(const Upstream& u) {
  if (!u.discovery_url.empty()) return u.discovery_url;
  return u.issuer + (u.issuer.ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
}

Status take(const Value& document, const Upstream& u, Endpoints& e) {
  const std::string& issuer = document["issuer"].text();
  if (!u.issuer.empty() && issuer != u.issuer)
    return refused(
        "its configuration is of the issuer \"" + issuer + "\", and the connection's is \"" + u.issuer + "\"",
        "upstream_issuer_mismatch");
  e.issuer = issuer;
  for (const auto& [name, to] : {std::pair{"authorization_endpoint", &e.authorization},
                                 {"token_endpoint", &e.token},
                                 {"userinfo_endpoint", &e.userinfo},
                                 {"jwks_uri", &e.jwks},
                                 {"end_session_endpoint", &e.end_session}})
    if (to->empty()) *to = document[name].text();
  e.names_issuer = document["authorization_response_iss_parameter_supported"].as_bool();
  return ok();
}

// Where the upstream is, by what the connection says: its own document does not move it to this machine.
std::string home_of(const Upstream& u) {
  for (const auto& one : {u.issuer, u.discovery_url, u.authorization_url})
    if (!one.empty()) return one;
  return {};
}

Status check(const Upstream& u, const Endpoints& e) {
  const std::string address = home_of(u);
  const auto home = url::parse(address);
  const bool is_local = home && url::is_loopback_host(home->host);
  for (const auto& [name, url] : {std::pair{"authorization", &e.authorization},
                                  {"token", &e.token},
                                  {"userinfo", &e.userinfo},
                                  {"keys", &e.jwks},
                                  {"logout", &e.end_session}})
    if (!url->empty() && !is_safe(*url, is_local))
      return refused(std::string("its ") + name + " address is not an https URL: \"" + *url + "\"",
                     "upstream_malformed");
  const bool needs_token = !u.is_front_channel;
  if (e.authorization.empty() || (needs_token && e.token.empty()) || (u.is_oidc && e.jwks.empty()))
    return refused("neither the connection nor the upstream says where to log in, and with which keys",
                   "upstream_malformed");
  return ok();
}

// Whether one of the upstream's keys has signed. Keys that are kept may be old, which shows in two ways: the one that
// the token names is not among them, or is another one of the same name. Either way they are asked for anew.
Async<Unit> check_signature(Authority& a, std::string jwks, jose::UnverifiedJws jws, Deadline until) {
  const std::string& algorithm = jws.header["alg"].text();
  bool is_known = false;
  for (const std::chrono::seconds age : {std::chrono::seconds(lifetime), std::chrono::seconds(pause)}) {
    CO_TRY(const auto keys, fetch(a, jwks, jose::is_key_set, age, until));
    bool is_named = false;
    const Value* key = jose::find_key(keys, jws.header, is_named);
    const auto imported = key ? openssl_crypto()->import_key(algorithm, json::write(*key)) : nullptr;
    if (imported && imported->verify(jws.signing_input, jws.signature)) co_return Unit{};
    is_known = imported != nullptr;
  }
  if (is_known) co_return refused("the signature of the ID token is wrong", "id_token_signature");
  co_return refused("the ID token is signed with a key that is not among the upstream's", "id_token_key_unknown");
}

}  // namespace

Error refused(std::string what, std::string reason) {
  return {"access_denied", std::move(what), std::move(reason), 403, Fault::peer};
}

Error unanswered(const std::string& what, const Error& why) {
  if (why.status == 503) return why;
  return refused(what + ": " + why.description, "upstream_unreachable");
}

Deadline soon() { return Deadline::clock::now() + 10s; }

Async<Endpoints> endpoints_of(Authority& a, const Request& request, const Connection& c, Deadline until) {
  const Upstream& u = c.upstream;
  if (u.is_stand_in) {
    if (!a.dev) co_return refused("a stand-in is there with --dev only", "stand_in");
    const std::string base = request.issuer + "_dev/upstream/";
    co_return Endpoints{{}, base + "authorize", base + "token", base + "userinfo", {}, {}, false};
  }
  Endpoints e{u.issuer, u.authorization_url, u.token_url, u.userinfo_url, u.jwks_url, u.end_session_url, false};
  if (u.is_oidc && (e.authorization.empty() || e.jwks.empty() || (e.token.empty() && !u.is_front_channel))) {
    CO_TRY(const auto document, fetch(a, discovery_of(u), is_metadata, lifetime, until));
    if (auto taken = take(document, u, e); !taken) co_return std::move(taken).error();
  }
  if (auto checked = check(u, e); !checked) co_return std::move(checked).error();
  co_return e;
}

Async<Value> verify_id_token(Authority& a, const Connection& c, const Endpoints& e, std::string token,
                             TokenBinding binding) {
  const auto jws = jose::decode_jws(token);
  if (!jws) co_return refused("the ID token is malformed: " + jws.error().description, "id_token_malformed");
  const std::string algorithm = jws->header["alg"].text();
  if (!jose::is_signature_algorithm(algorithm))
    co_return refused("the ID token is signed with \"" + algorithm + "\"", "id_token_algorithm");
  CO_TRY_VOID(check_signature(a, e.jwks, *jws, binding.until));
  oidc::IdTokenExpectations expected;
  expected.issuer = e.issuer;
  // One tenant of many signs for its own issuer; the template is Microsoft's.
  if (const auto slot = expected.issuer.find("{tenantid}"); slot != std::string::npos)
    expected.issuer.replace(slot, 10, jws->payload["tid"].text());
  expected.audience = c.upstream.client_id;
  expected.nonce = std::move(binding.nonce);
  expected.now = a.clock.now();
  const auto date = [](std::int64_t seconds) -> Result<std::string> { return iso_time(seconds); };
  const auto digest = [&](const std::string& text) -> Result<std::string> {
    return openssl_crypto()->digest(jose::hash_bits(algorithm), text);
  };
  const auto judged = oidc::judge_id_token(jws->payload, expected, binding.access_token, date, digest);
  if (!judged && judged.error().fault == Fault::ours)
    co_return Error{"server_error", judged.error().description, judged.error().reason, 500, Fault::ours};
  if (!judged) co_return refused(judged.error().description, "id_token_" + judged.error().reason);
  co_return jws->payload;
}

}  // namespace ostia::authority::upstream
