// The rules for the claims of an ID token (OpenID Connect Core section 3.1.3.7), in the order and with the sentences of
// auth0-js (WA-087 to WA-103). Pure: time comes in, and whoever asks words the dates and makes the
// digests. Nothing else in the project judges claims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/members.hpp"
#include "ostia/json/value.hpp"
#include "ostia/oidc/numeric_date.hpp"
#include "ostia/result.hpp"

namespace ostia::oidc {

/// What a token must agree with. What is absent here is not required; what is required is never skipped.
struct IdTokenExpectations {
  std::string issuer;
  std::string audience;            ///< the client id
  std::string nonce;               ///< checked when not empty
  std::optional<Seconds> max_age;  ///< seconds, at most `longest_age`; then `auth_time` is required
  std::string organization;        ///< `org_…` is compared to `org_id`, anything else to `org_name`
  Seconds leeway = 60;             ///< seconds
  std::int64_t now = 0;            ///< seconds since 1970
};

/// No login is older, and sums with it fit.
constexpr auto longest_age = static_cast<Seconds>(std::int64_t{1} << 53);

/// Why a token is refused. Its sentence may have dates in it, which each host words in its own way: `as_error` alone
/// has the whole of it.
struct Violation {
  std::string reason;
  std::string unworded;             ///< the sentence with `{}` for each of `dates`: for nobody to read
  std::vector<std::int64_t> dates;  ///< seconds since 1970

  /// The refusal, `invalid_token` with `reason`. `word_date` gives a time (seconds since 1970) as people read it, as
  /// `Result<std::string>`; an error of its own is handed on instead.
  template <class WordDate>
  [[nodiscard]] Error as_error(const WordDate& word_date) && {
    for (const auto seconds : dates) {
      Result<std::string> date = word_date(seconds);
      if (!date) return std::move(date).error();
      const auto slot = unworded.find('{');
      unworded.replace(slot, unworded.find('}') + 1 - slot, *date);
    }
    return peer_error("invalid_token", std::move(unworded), std::move(reason));
  }
};

/// The first rule that the claims break, if any. The signature must have been verified before.
std::optional<Violation> validate_id_token_claims(const json::Value& claims, const IdTokenExpectations& expected);
std::optional<Violation> validate_id_token_claims(const json::Members& claims, const IdTokenExpectations& expected);

/// `at_hash` or `c_hash` as it must be, given the digest of the access token or code (Core section 3.2.2.9).
std::string left_half_hash(std::string_view digest);

/// Whether an ID token of these claims came together with `access_token` (Core sections 3.1.3.8 and 3.2.2.9): an
/// `at_hash` that is there must be the text that it must be. Where either is absent there is nothing to compare.
/// `digest` gives the octets of the hash that belongs to the token's algorithm (`jose::hash_bits`), as
/// `Result<std::string>`; no octets stand for a hash that the host has not. Errors: `invalid_token` with
/// `at_hash_mismatch`; `no_digest`, which is our fault and not the token's; those of `digest`.
// WA-101, AZ-219 · OpenID Connect Core section 3.1.3.8
template <class Claims, class Digest>
[[nodiscard]] Status check_access_token(const Claims& claims, const std::string& access_token, const Digest& digest) {
  const auto& at_hash = claims["at_hash"];
  if (access_token.empty() || at_hash.is_null()) return ok();
  const Result<std::string> hash = digest(access_token);
  if (!hash) return hash.error();
#ifndef __wasm__
  if (hash->empty())
    return Error{"no_digest", "There is no hash here to compare at_hash with", "no_digest", 0, Fault::ours};
#endif
  if (!hash->empty() && at_hash.is_string() && at_hash.text() == left_half_hash(*hash)) return ok();
  return peer_error("invalid_token", "Invalid access_token", "at_hash_mismatch");
}

/// Judges the claims of an ID token whose signature is good: everything that is expected (Core section 3.1.3.7), then
/// whether `access_token` came with it; empty where none did. `word_date` as for `Violation::as_error`, `digest` as for
/// `check_access_token`. Errors: `invalid_token` with the reason and sentence of the first rule that the claims break.
template <class Claims, class WordDate, class Digest>
[[nodiscard]] Status judge_id_token(const Claims& claims, const IdTokenExpectations& expected,
                                    const std::string& access_token, const WordDate& word_date, const Digest& digest) {
  if (auto violation = validate_id_token_claims(claims, expected)) return (*std::move(violation)).as_error(word_date);
  return check_access_token(claims, access_token, digest);
}

/// The same for an access token (RFC 9068 section 4); `audience` is the API. `nonce` and `max_age` do not count.
std::optional<Violation> validate_access_token_claims(const json::Value& claims, const IdTokenExpectations& expected);
std::optional<Violation> validate_access_token_claims(const json::Members& claims, const IdTokenExpectations& expected);

/// One rule, and how it came out.
struct Outcome {
  const char* rule;
  std::optional<Violation> violation;
};
/// Every rule, for people: nothing stops at the first broken one.
std::vector<Outcome> explain_id_token_claims(const json::Value& claims, const IdTokenExpectations& expected);
std::vector<Outcome> explain_access_token_claims(const json::Value& claims, const IdTokenExpectations& expected);

}  // namespace ostia::oidc
