#include "grants/proof.hpp"

#include "grants/client_certificate.hpp"
#include "ostia/environment.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oauth/dpop.hpp"
#include "ostia/oidc/numeric_date.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "protocol/age.hpp"
#include "protocol/dpop.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::Nonce;

constexpr std::int64_t nonce_lifetime = 600;  // seconds
constexpr std::string_view nonce_purpose = "dpop_nonce";

// RFC 7638
std::string thumbprint(const Value& jwk) { return text::base64url_encode(sha256(json::write(oauth::public_key(jwk)))); }

// By the key that it brings along, whose name in `kid` or elsewhere says nothing.
bool is_signed_by_its_key(const jose::UnverifiedJws& jws) {
  const Value& key = jws.header["jwk"];
  const std::string& algorithm = jws.header["alg"].text();
  const auto known = protocol::proof_algorithms();
  if (std::find(known.begin(), known.end(), algorithm) == known.end() || !key.is_object()) return false;
  const auto imported = openssl_crypto()->import_key(protocol::key_algorithm(algorithm), json::write(key));
  return imported && imported->verify(jws.signing_input, jws.signature);
}

Nonce nonce_of(const Authority& a, const Value& claims) {
  const Value* nonce = claims.find("nonce");
  if (!nonce) return Nonce::none;
  return nonce->is_string() && open_ticket(a, nonce_purpose, nonce->text()) ? Nonce::fresh : Nonce::other;
}

std::optional<jose::UnverifiedJws> read_proof(const Request& request) {
  const std::string_view header = request.header("dpop");
  if (header.size() > protocol::longest_proof) return {};
  auto jws = jose::decode_jws(header);
  return jws ? std::optional(*std::move(jws)) : std::nullopt;
}

bool has_proof(const Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& h) { return h.first == "dpop"; });
}

Error refused(const protocol::ProofRefusal& no) {
  return oauth(no.status, std::string(no.code), std::string(no.description), std::string(no.reason));
}

bool names_certificate(const Error& e) { return e.reason == "token_of_another_certificate"; }

}  // namespace

// AZ-641 · RFC 9449 section 4.3
Result<std::string> proven_key(const Authority& a, const Request& request, std::string_view access_token,
                               bool wants_nonce) {
  if (!has_proof(request)) return std::string();
  const auto jws = read_proof(request);
  const std::string hash = access_token.empty() ? "" : text::base64url_encode(sha256(access_token));
  protocol::PresentedProof proof{.header = jws ? jws->header : Value(),
                                 .claims = jws ? jws->payload : Value(),
                                 .is_signed = jws && is_signed_by_its_key(*jws),
                                 .method = request.method,
                                 .url = protocol::normal_url(request.issuer + request.path.substr(1)),
                                 .token_hash = hash,
                                 .nonce = jws ? nonce_of(a, jws->payload) : Nonce::none,
                                 .wants_nonce = wants_nonce};
  if (const auto no = judge_proof(proof, a.clock.now())) return refused(*no);
  return thumbprint(jws->header["jwk"]);
}

// AZ-641 · RFC 9449 section 11.1
Async<std::string> take_dpop_proof(Authority& a, const Request& request, std::string access_token, bool wants_nonce) {
  const auto proven = proven_key(a, request, access_token, wants_nonce);
  if (!proven || proven->empty()) co_return proven;
  const auto jws = read_proof(request);
  const std::int64_t made = oidc::time_of(jws->payload["iat"], oidc::Whole::before).value_or(0);
  CO_TRY(const auto first, use_once(a, "dpop " + *proven + " " + jws->payload["jti"].text(),
                                    made + protocol::proof_lifetime + protocol::most_clock_skew));
  if (!first)
    co_return oauth(400, "invalid_dpop_proof", "The DPoP proof has been used before: each request needs its own",
                    "dpop_replayed");
  co_return proven;
}

// AZ-643 · RFC 9449 section 8
std::string new_dpop_nonce(const Authority& a) {
  return seal_ticket(a, nonce_purpose, Value::object(), nonce_lifetime);
}

Binding binding_for(const Authority& a, const Request& request, const Client& client, std::string_view audience) {
  const auto key = proven_key(a, request);
  Binding out{.key = key ? *key : "", .certificate = {}};
  const auto api = a.tenant()->find_api(audience);
  // AZ-646 · RFC 8705 section 3
  // Only where somebody has said that certificates count: then the proxy is known to let no other one through.
  const bool has_said = client.requires_proof && out.key.empty() && client.auth_method.ends_with("tls_client_auth");
  const bool is_bound = has_said || (api && api->proof == Proof::mtls);
  if (const auto certificate = is_bound ? certificate_of(request) : std::nullopt)
    out.certificate = certificate->thumbprint;
  return out;
}

bool lacks_proof(const Authority& a, const Client& client, std::string_view audience, const Binding& binding) {
  const auto api = a.tenant()->find_api(audience);
  const bool api_wants = api && (api->requires_proof || (client.is_public() && api->requires_proof_of_public));
  return !protocol::is_enough({.has_key = !binding.key.empty(),
                               .has_certificate = !binding.certificate.empty(),
                               .client_wants_any = client.requires_proof,
                               .api_wants_key = api_wants && api->proof == Proof::dpop,
                               .api_wants_certificate = api_wants && api->proof == Proof::mtls});
}

Result<Binding> require_binding(const Authority& a, const Request& request, const Client& client,
                                std::string_view audience) {
  Binding binding = binding_for(a, request, client, audience);
  if (!lacks_proof(a, client, audience, binding)) return binding;
  return oauth(400, "invalid_request", std::string(protocol::proof_wanted), "proof_missing");
}

// AZ-642 · RFC 9449 section 6.1, RFC 8705 section 3.1
Value confirmation(const Binding& binding) {
  if (binding.key.empty() && binding.certificate.empty()) return {};
  Value out = Value::object();
  if (!binding.key.empty()) out.set("jkt", binding.key);
  if (!binding.certificate.empty()) out.set("x5t#S256", binding.certificate);
  return out;
}

std::string_view token_type(const Binding& binding) { return binding.key.empty() ? "Bearer" : "DPoP"; }

PresentedToken presented_token(const Request& request) {
  constexpr std::string_view dpop = "dpop ";
  const std::string_view header = request.header("authorization");
  if (text::lower(header.substr(0, dpop.size())) == dpop)
    return {.by_dpop = true, .token = std::string(header.substr(dpop.size()))};
  return {.by_dpop = false, .token = std::string(bearer_of(request))};
}

// AZ-645 · RFC 9449 section 7, RFC 8705 section 3
Async<Unit> check_possession(Authority& a, const Request& request, PresentedToken presented, Value claims) {
  const std::string& key = claims["cnf"]["jkt"].text();
  const std::string& wanted = claims["cnf"]["x5t#S256"].text();
  if (!key.empty() && !presented.by_dpop)
    co_return oauth(401, "invalid_token",
                    "The access token is bound to a key: send it as Authorization: DPoP, with a proof",
                    "token_is_bound");
  if (key.empty() && presented.by_dpop)
    co_return oauth(401, "invalid_token", "The access token is bound to no key: send it as Authorization: Bearer",
                    "token_is_not_bound");
  if (!key.empty()) {
    if (!has_proof(request))
      co_return oauth(401, "invalid_token", "The access token needs a proof in the DPoP header", "token_is_bound");
    CO_AWAIT(const auto proven, take_dpop_proof(a, request, presented.token, false));
    if (!proven) {
      Error e = proven.error();
      if (e.status == 400) e.status = 401;
      co_return e;
    }
    if (*proven != key)
      co_return oauth(401, "invalid_token", "The DPoP proof is by another key than the access token is bound to",
                      "token_of_another_key");
  }
  if (wanted.empty()) co_return Unit{};
  const auto certificate = certificate_of(request);
  if (!certificate || certificate->thumbprint != wanted)
    co_return oauth(401, "invalid_token", "The access token is bound to another certificate",
                    "token_of_another_certificate");
  co_return Unit{};
}

std::optional<std::string> proof_challenge(const Error& e) {
  const bool is_ours = e.code.ends_with("dpop_proof") || e.code == "use_dpop_nonce" ||
                       e.reason.starts_with("token_is_") || e.reason.starts_with("token_of_another_");
  if (!is_ours || e.status != 401) return {};
  std::string algorithms;
  for (const auto name : protocol::proof_algorithms()) algorithms.append(algorithms.empty() ? "" : " ").append(name);
  const std::string about = " error=\"" + e.code + "\", error_description=\"" + e.description + "\"";
  return names_certificate(e) ? "Bearer" + about : "DPoP" + about + ", algs=\"" + algorithms + "\"";
}

}  // namespace ostia::authority
