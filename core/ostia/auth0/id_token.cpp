#include "ostia/oidc/id_token.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/jose/jws.hpp"

namespace ostia::auth0 {
namespace {

Error invalid_token(std::string description, std::string reason) {
  return peer_error("invalid_token", std::move(description), std::move(reason));
}

// Only from the configured issuer: a token does not say whom to trust (client-api.md section 18).
std::string jwks_url(const Value& base) {
  if (is_truthy(base["jwksURI"])) return text_of(base["jwksURI"]);
  std::string url = text_of(base["token_issuer"]);
  if (!url.ends_with('/')) url += '/';
  return url + ".well-known/jwks.json";
}

Task<Result<Value>> fetch_key(Value base, Value header) {
  Http get{"GET", jwks_url(base), {}, {}};
  const HttpResponse answer = co_await std::move(get);
  if (answer.status == 0)
    co_return invalid_token(answer.failure.empty() ? "Failed to fetch" : answer.failure, "jwks_unreachable");
  if (answer.status < 200 || answer.status > 299)
    co_return invalid_token(answer.status_text.empty() ? "The issuer's keys could not be fetched" : answer.status_text,
                            "jwks_unreachable");
  const auto jwks = json::parse(answer.body);
  if (!jwks) co_return invalid_token("The issuer's keys are not JSON", "jwks_malformed");
  const Value* key = jose::find_key(*jwks, header);
  if (!key)
    co_return invalid_token("Could not find a public key for Key ID (kid) \"" +
                                (header.find("kid") ? display(header["kid"]) : "undefined") + "\"",
                            "key_unknown");
  // The key's own declarations must not contradict its use here: algorithms are pinned to key types.
  const bool fit = (*key)["kty"].text() == "RSA" && is_truthy((*key)["n"]) && is_truthy((*key)["e"]) &&
                   (!key->find("use") || (*key)["use"].text() == "sig") &&
                   (!key->find("alg") || (*key)["alg"].text() == "RS256");
  if (!fit) co_return invalid_token("Empty keyInfo in response", "key_unfit");
  co_return *key;
}

Task<std::string> worded(oidc::Violation violation) {
  std::string text = violation.text;
  for (std::size_t i = 0; i < violation.dates.size(); ++i) {
    FormatTime when{violation.dates[i]};
    const std::string date = co_await std::move(when);
    const std::string slot = std::string("{") + static_cast<char>('0' + i) + "}";
    text.replace(text.find(slot), slot.size(), date);
  }
  co_return text;
}

}  // namespace

Task<Result<Value>> validate_id_token(Value base, std::string token, TokenChecks checks) {
  const std::int64_t given = base["leeway"].as_int().value_or(0);
  const std::int64_t leeway = given == 0 ? 60 : given;
  if (leeway < 0 || leeway > 300)
    co_return Error{"invalid_token", "The leeway should be positive and lower than five minutes.",
                    "leeway_out_of_range", 0, Fault::caller};
  if (token.empty()) co_return invalid_token("ID token is required but missing", "id_token_missing");
  auto jws = jose::decode_jws(token);
  if (!jws) co_return invalid_token("ID token could not be decoded", jws.error().reason);
  const Value& alg = jws->header["alg"];
  if (alg != Value("RS256"))
    co_return invalid_token("Signature algorithm of \"" + (alg.is_null() ? "undefined" : display(alg)) +
                                "\" is not supported. Expected the ID token to be signed with \"RS256\".",
                            "algorithm_not_supported");

  auto key_task = fetch_key(base, jws->header);
  auto key = co_await std::move(key_task);
  if (!key) co_return std::move(key).error();
  VerifySignature verify{"RS256", *key, jws->signing_input, jws->signature};
  const bool good = co_await std::move(verify);
  if (!good) co_return invalid_token("Invalid ID token signature.", "signature_invalid");

  oidc::IdTokenExpectations expected{.issuer = text_of(base["token_issuer"]),
                                     .audience = text_of(base["clientID"]),
                                     .nonce = {},
                                     .max_age = checks.max_age ? checks.max_age : base["maxAge"].as_int(),
                                     .organization = checks.organization,
                                     .leeway = leeway,
                                     .now = 0};
  if (is_truthy(checks.nonce)) expected.nonce = display(checks.nonce);
  expected.now = (co_await Now{}) / 1000;
  if (auto violation = oidc::validate_id_token_claims(jws->payload, expected)) {
    auto text_task = worded(*violation);
    std::string text = co_await std::move(text_task);
    co_return invalid_token(std::move(text), violation->reason);
  }
  co_return std::move(jws->payload);
}

Task<bool> is_bound_access_token(Value claims, std::string access_token) {
  if (access_token.empty() || !is_truthy(claims["at_hash"])) co_return true;
  Sha256 digest{std::move(access_token)};
  const std::string hash = co_await std::move(digest);
  co_return claims["at_hash"].text() == oidc::left_half_hash(hash);
}

}  // namespace ostia::auth0
