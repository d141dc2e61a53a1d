#include "upstream/identity.hpp"

#include <algorithm>

#include "ostia/jose/jws.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::upstream {
namespace {

using json::Value;

// Answers of OAuth are JSON, and forms with those that are older than that rule.
Value read_answer(const HttpAnswer& answer) {
  if (auto value = json::parse(answer.body, 16); value && value->is_object()) return *std::move(value);
  Value out = Value::object();
  for (const auto& [name, value] : url::parse_form(answer.body)) out.set(name, value);
  return out;
}

// By its type, or because it looks like one.
bool is_jwt(const HttpAnswer& answer) {
  const auto type = std::find_if(answer.headers.begin(), answer.headers.end(),
                                 [](const auto& header) { return header.first == "content-type"; });
  if (type != answer.headers.end() && text::lower(type->second).starts_with("application/jwt")) return true;
  const auto parts = text::split(answer.body, '.');
  return answer.body.starts_with("ey") && (parts.size() == 3 || parts.size() == 5);
}

Result<Value> read_json(const Result<HttpAnswer>& answer, const std::string& what, bool takes_forms) {
  if (!answer) return unanswered(what, answer.error());
  Value value = takes_forms ? read_answer(*answer) : Value();
  if (!takes_forms) {
    auto parsed = json::parse(answer->body, 16);
    value = parsed ? *std::move(parsed) : Value();
  }
  // OpenID Connect Core section 5.3.2: an upstream may be set to sign its profiles; this client registers nothing.
  if (!takes_forms && is_jwt(*answer))
    return refused(what +
                       " answers with a JWT (application/jwt), which is not supported: have it send JSON, without "
                       "userinfo_signed_response_alg and userinfo_encrypted_response_alg",
                   "upstream_profile_jwt");
  if (answer->status < 200 || answer->status > 299 || (takes_forms && value["error"].is_string()))
    return refused(what + " answers " + std::to_string(answer->status) +
                       (value["error"].is_string() ? " " + value["error"].text().substr(0, 100) : ""),
                   "upstream_refused");
  return value;
}

// Apple's client secret says who asks, signed with the key of the developer's team.
Result<std::string> apple_secret(const Authority& a, const Upstream& u) {
  const std::int64_t now = a.clock.now();
  const Value header = Value::object({{"alg", "ES256"}, {"kid", u.key_id}});
  const Value claims = Value::object({{"iss", u.team_id},
                                      {"iat", now},
                                      {"exp", now + 300},
                                      {"aud", "https://appleid.apple.com"},
                                      {"sub", u.client_id}});
  const std::string input = jose::build_signing_input(header, claims);
  auto signature = openssl_crypto()->sign("ES256", u.client_secret, input);
  if (!signature) return std::move(signature).error();
  return input + "." + text::base64url_encode(*signature);
}

// RFC 6749 section 4.1.3.
Async<Value> exchange(Authority& a, const Attempt& attempt, const Endpoints& e, std::string code) {
  const Upstream& u = attempt.connection->upstream;
  std::string secret = u.client_secret;
  if (!u.team_id.empty()) {
    auto made = apple_secret(a, u);
    if (!made) co_return refused(made.error().description, "upstream_key");
    secret = *std::move(made);
  }
  HttpCall call;
  call.method = "POST";
  call.url = e.token;
  call.until = attempt.until;
  call.headers = {{"Accept", "application/json"}};
  const auto add = [&](const char* name, const std::string& value) {
    call.body.append(call.body.empty() ? "" : "&").append(name).append("=").append(url::percent_encode(value));
  };
  add("grant_type", "authorization_code");
  add("code", code);
  add("redirect_uri", attempt.redirect_uri());
  if (u.uses_pkce) add("code_verifier", attempt.code_verifier(a));
  if (u.secret_in_header && !secret.empty()) {  // RFC 6749 section 2.3.1: encoded as a form's values are
    call.user = url::percent_encode(u.client_id);
    call.password = url::percent_encode(secret);
  } else {
    add("client_id", u.client_id);
    if (!secret.empty()) add("client_secret", secret);
  }
  CO_AWAIT(const auto answer, a.http.send(std::move(call)));
  co_return read_json(answer, "its token endpoint", true);
}

Async<Value> ask(Authority& a, std::string url, std::string access_token, Deadline until) {
  HttpCall call;
  call.url = url;
  call.until = until;
  call.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + access_token}};
  CO_AWAIT(const auto answer, a.http.send(std::move(call)));
  co_return read_json(answer, "its profile endpoint", false);
}

// Who keeps an address private has none in their profile; the list of addresses says which one is theirs.
Async<Unit> add_github_email(Authority& a, const Endpoints& e, std::string access_token, Deadline until,
                             Value& profile) {
  CO_AWAIT(const auto emails, ask(a, e.userinfo + "/emails", access_token, until));
  if (!emails) co_return Unit{};  // without the scope for it there is no list, and no address either
  for (const auto& one : emails->items())
    if (one["primary"].as_bool()) {
      profile.set("email", one["email"]);
      profile.set("email_verified", one["verified"].as_bool());
    }
  co_return Unit{};
}

// Apple says the name once, with the first login, beside the token.
void add_apple_name(const Parameters& answer, Value& claims) {
  const auto user = json::parse(answer.get("user"), 4);
  if (!user) return;
  const std::string first = (*user)["name"]["firstName"].text(), last = (*user)["name"]["lastName"].text();
  if (!first.empty()) claims.set("given_name", first);
  if (!last.empty()) claims.set("family_name", last);
  if (!first.empty() || !last.empty()) claims.set("name", first + (first.empty() || last.empty() ? "" : " ") + last);
}

Async<Value> raw_profile(Authority& a, const Attempt& attempt, const Endpoints& e, const std::string& id_token,
                         const std::string& access_token) {
  const Connection& c = *attempt.connection;
  Value claims = Value::object();
  if (c.upstream.is_oidc) {
    CO_TRY(auto read, verify_id_token(a, c, e, id_token, {attempt.nonce(a), access_token, attempt.until}));
    claims = std::move(read);
  }
  if (e.userinfo.empty() || access_token.empty()) co_return claims;
  CO_TRY(auto profile, ask(a, e.userinfo, access_token, attempt.until));
  if (c.upstream.is_oidc && profile["sub"] != claims["sub"])  // Core section 5.3.2
    co_return refused(profile["sub"].is_null() ? "its profile has no sub, which says whose it is"
                                               : "its profile is of another person than its ID token",
                      "upstream_subject_mismatch");
  if (c.strategy == "github") CO_TRY_VOID(add_github_email(a, e, access_token, attempt.until, profile));
  for (const auto& [key, item] : profile.members()) claims.set(key, item);
  co_return claims;
}

}  // namespace

Async<Identity> identify(Authority& a, const Attempt& attempt, const Endpoints& e, const Parameters& answer) {
  const Connection& c = *attempt.connection;
  Value tokens = Value::object();
  std::string id_token(answer.get("id_token")), access_token;
  if (!c.upstream.is_front_channel) {
    CO_TRY(const auto given, exchange(a, attempt, e, std::string(answer.get("code"))));
    access_token = given["access_token"].text();
    id_token = given["id_token"].text();
    for (const char* name : {"access_token", "refresh_token", "expires_in"})
      if (given.find(name)) tokens.set(name, given[name]);
    if (access_token.empty() && id_token.empty())
      co_return refused("its token endpoint gave no token", "upstream_refused");
  }
  CO_TRY(auto raw, raw_profile(a, attempt, e, id_token, access_token));
  if (c.strategy == "apple") add_apple_name(answer, raw);
  auto identity = read_profile(c, raw);
  if (!identity) co_return std::move(identity).error();
  identity->tokens = std::move(tokens);
  identity->id_token = std::move(id_token);
  co_return *std::move(identity);
}

}  // namespace ostia::authority::upstream
