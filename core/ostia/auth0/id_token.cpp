#include "ostia/oidc/id_token.hpp"

#include <algorithm>

#include "ostia/auth0/response.hpp"
#include "ostia/jose/algorithms.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::auth0 {
namespace {

Error invalid_token(std::string description, std::string reason) {
  return peer_error("invalid_token", std::move(description), std::move(reason));
}

// Only from the configured issuer: a token does not say whom to trust.
// WA-085 · Auth0: jwks_uri
std::string jwks_url(const Value& base) {
  if (is_truthy(base["jwksURI"])) return text_of(base["jwksURI"]);
  std::string url = text_of(base["token_issuer"]);
  if (!url.ends_with('/')) url += '/';
  return url + ".well-known/jwks.json";
}

// WA-082, WA-083, WA-084 · RFC 7517 section 4.5
Result<Value> fetch_key(Host& host, const Value& base, const Value& header, [[maybe_unused]] bool anew = false) {
#ifdef __wasm__
  const auto answer = host.http({"GET", jwks_url(base), {}, {}});
#else
  const auto answer = host.keys(jwks_url(base), header, anew);
#endif
  if (!answer) return answer.error();
  if (answer->status == 0)
    return invalid_token(answer->failure.empty() ? "Failed to fetch" : answer->failure, "jwks_unreachable");
  if (answer->status < 200 || answer->status > 299)
    return invalid_token(answer->status_text.empty() ? "The issuer's keys could not be fetched" : answer->status_text,
                         "jwks_unreachable");
  const auto jwks = json::parse(answer->body);
  if (!jwks) return invalid_token("The issuer's keys are not JSON", "jwks_malformed");
  bool is_named = false;
  if (const Value* key = jose::find_key(*jwks, header, is_named)) return *key;
  if (is_named) return invalid_token("Empty keyInfo in response", "key_unfit");
  return invalid_token("Could not find a public key for Key ID (kid) \"" +
                           (header.find("kid") ? display(header["kid"]) : "undefined") + "\"",
                       "key_unknown");
}

// What an ID token may be signed with, words.
#ifdef __wasm__
constexpr const char* allowed_algorithms(const Value&) { return "RS256"; }
bool is_allowed(const char* allowed, const Value& alg) { return alg.is(allowed); }
Result<std::string> digest(Host& host, const std::string&, const std::string& text) { return host.sha256(text); }
#else
std::string allowed_algorithms(const Value& base) {
  return is_truthy(base["idTokenAlgorithms"]) ? text_of(base["idTokenAlgorithms"]) : "RS256";
}
bool is_allowed(const std::string& allowed, const Value& alg) {
  return alg.is_string() && text::has_word(allowed, alg.text()) && jose::is_signature_algorithm(alg.text());
}
Result<std::string> digest(Host& host, const std::string& algorithm, const std::string& text) {
  return host.digest(jose::hash_bits(algorithm), text);
}
#endif

// A length of time that the application gave; one beyond all bounds is the longest.
std::optional<oidc::Seconds> seconds_of(const Value& given) {
  const auto seconds = given.as_double();
  if (!seconds) return {};
  return static_cast<oidc::Seconds>(std::clamp(*seconds, 0.0, static_cast<double>(oidc::longest_age)));
}

}  // namespace

Result<Value> validate_id_token(Host& host, const Value& base, const std::string& token, const TokenChecks& checks) {
  const double given = base["leeway"].as_double().value_or(0);
  const double leeway = given == 0 ? 60 : given;
  // WA-096, WA-097 · RFC 7519 section 4.1.4
  if (leeway < 0 || leeway > 300)
    return caller_error("invalid_token", "The leeway should be positive and lower than five minutes.",
                        "leeway_out_of_range");
  // WA-105 · OpenID Connect Core section 3.1.3.3
  if (token.empty()) return invalid_token("ID token is required but missing", "id_token_missing");
  auto jws = jose::decode_jws(token);
  // WA-079 · RFC 7519 section 7.2
  if (!jws) return invalid_token("ID token could not be decoded", jws.error().reason);
  const Value& alg = jws->header["alg"];
  const auto allowed = allowed_algorithms(base);
  // WA-077, WA-078 · RFC 8725 section 3.1
  if (!is_allowed(allowed, alg))
    return invalid_token("Signature algorithm of \"" + (alg.is_null() ? "undefined" : display(alg)) +
                             "\" is not supported. Expected the ID token to be signed with \"" + allowed + "\".",
                         "algorithm_not_supported");

  auto key = fetch_key(host, base, jws->header);
  if (!key) return key;
  auto good = host.verify(alg.text().c_str(), *key, jws->signing_input, jws->signature);
  if (!good) return good.error();
#ifndef __wasm__  // a page keeps no keys
  // Keys that are kept may be old without showing it: another key has the name.
  if (!*good)
    if (auto newer = fetch_key(host, base, jws->header, true); newer && *newer != *key) {
      key = std::move(newer);
      good = host.verify(alg.text().c_str(), *key, jws->signing_input, jws->signature);
      if (!good) return good.error();
    }
#endif
  // WA-080, WA-081 · OpenID Connect Core section 3.1.3.7
  if (!*good) {
    const auto modulus = text::base64url_decode((*key)["n"].text());
    const bool is_longer = modulus && (*key)["kty"].is("RSA") && jws->signature.size() > modulus->size();
    return invalid_token(is_longer ? "Signature does not match with the key modulus." : "Invalid ID token signature.",
                         "signature_invalid");
  }

  const auto now = host.now();
  if (!now) return now.error();
  const oidc::IdTokenExpectations expected{
      .issuer = text_of(base["token_issuer"]),
      .audience = text_of(base["clientID"]),
      .nonce = is_truthy(checks.nonce) ? display(checks.nonce) : std::string(),
      .max_age = seconds_of(checks.max_age.is_number() ? checks.max_age : base["maxAge"]),
      .organization = checks.organization,
      .leeway = static_cast<oidc::Seconds>(leeway),
      .now = *now / 1000};
  auto judged = oidc::judge_id_token(
      jws->payload, expected, checks.access_token, [&](std::int64_t seconds) { return host.date(seconds); },
      [&](const std::string& access_token) { return digest(host, alg.text(), access_token); });
  if (!judged) return std::move(judged).error();
  return std::move(jws->payload);
}

}  // namespace ostia::auth0
