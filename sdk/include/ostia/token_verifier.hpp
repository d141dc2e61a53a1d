// Checking tokens, for servers: an API protects itself with
//
//   ostia::TokenVerifier verifier({.domain = "login.example.com", .audience = "https://api.example.com/"});
//   auto token = verifier.verify_header(request.header("Authorization"));
//   if (!token) return respond(token.error().status, token.error().description);
//   if (!token->has_scope("read:messages")) return respond(403, "insufficient_scope");
#pragma once

#include <string_view>

#include "ostia/options.hpp"
#include "ostia/task.hpp"

namespace ostia {

/// Options of `TokenVerifier`. `domain` and `audience` are required.
struct TokenVerifierOptions {
  std::string domain = {};      ///< the authority's host, or its origin with the scheme
  std::string audience = {};    ///< the API's identifier; for ID tokens the client id
  std::string issuer = {};      ///< when it is not `https://DOMAIN/`
  std::string jwks_uri = {};    ///< when it is not `ISSUER.well-known/jwks.json`
  std::string algorithms = {};  ///< what tokens may be signed with, words; empty: RS256
  std::int64_t leeway = 60;     ///< seconds that clocks may differ, at most 300
  std::string ca_file = {};
  Environment environment = {};
};

/// What `verify_id_token` checks beyond issuer, audience, times and signature.
struct IdTokenChecks {
  std::string nonce = {};
  std::optional<std::int64_t> max_age = {};  ///< seconds
  std::string organization = {};
  /// What came beside the ID token: its hash must be the token's `at_hash` where it has one (OpenID Connect Core
  /// section 3.1.3.8).
  std::string access_token = {};
};

/// A token whose signature and claims are good. Only a verifier makes one.
class OSTIA_API VerifiedToken {
 public:
  /// A claim; null when the token has none of that name.
  [[nodiscard]] json::Value claim(std::string_view name) const;
  /// All claims.
  [[nodiscard]] json::Value claims() const;
  [[nodiscard]] std::string subject() const;
  /// Whether `scope`, or Auth0's `permissions`, has `name`.
  [[nodiscard]] bool has_scope(std::string_view name) const;

 private:
  friend class TokenVerifier;
  explicit VerifiedToken(std::string payload) : payload_(std::move(payload)) {}
  std::string payload_;  // the checked JSON, read when asked
};

/// Checks tokens of one authority, by themselves: it asks nobody whether one was revoked. Keys are fetched when first
/// needed, by one thread for all, kept as long as the authority says (5 minutes to a day), and fetched again for an
/// unknown key, at most every 10 seconds, whatever tokens come and whatever the authority answers; while it has no keys
/// to give, those that are kept are used for up to an hour beyond their time. May be used from several threads at once.
class OSTIA_API TokenVerifier {
 public:
  explicit TokenVerifier(TokenVerifierOptions options);
  /// Copies share everything; there is nothing to be moved, so that one that was moved from goes on working.
  TokenVerifier(const TokenVerifier&) = default;
  TokenVerifier& operator=(const TokenVerifier&) = default;
  ~TokenVerifier() = default;

  /// An access token (RFC 9068, and the vendor's without `typ`). An ID token is refused. Errors: `invalid_token` with
  /// `reason` and status 401; status 503 when the authority's keys cannot be had.
  Result<VerifiedToken> verify(std::string_view token, const CallOptions& call = {});
  Task<VerifiedToken> async_verify(std::string token, CallOptions call = {}) const;

  /// The token of an `Authorization: Bearer …` header. Errors: `invalid_request` without one.
  Result<VerifiedToken> verify_header(std::string_view authorization, const CallOptions& call = {});

  /// An ID token.
  Result<VerifiedToken> verify_id_token(std::string_view token, const IdTokenChecks& checks = {},
                                        const CallOptions& call = {});

  /// One check of `explain`.
  struct Check {
    std::string name;  ///< `format`, `algorithm`, `signature`, `issuer`, `audience`, `expiration`, …
    bool passed = false;
    std::string detail;  ///< what was found, and what was expected if it failed
  };
  /// Every check with its outcome, for people: nothing stops at the first failure.
  Result<std::vector<Check>> explain(std::string_view token, const CallOptions& call = {});

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ostia
