// The rules for the claims of an ID token (OpenID Connect Core section 3.1.3.7), in the order and with the sentences of
// auth0-js (checklist rows WA-087 to WA-103). Pure: time comes in, and dates go out as numbers for the host to word.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/members.hpp"
#include "ostia/json/value.hpp"

namespace ostia::oidc {

/// What a token must agree with. What is absent here is not required; what is required is never skipped.
struct IdTokenExpectations {
  std::string issuer;
  std::string audience;           ///< the client id
  std::string nonce;              ///< checked when not empty
  std::optional<double> max_age;  ///< seconds; then `auth_time` is required
  std::string organization;       ///< `org_…` is compared to `org_id`, anything else to `org_name`
  double leeway = 60;             ///< seconds
  std::int64_t now = 0;           ///< seconds since 1970
};

/// Why a token is refused. `text` has `{}` for each of `dates`, to be replaced by the host's wording.
struct Violation {
  std::string reason;
  std::string text;
  std::vector<std::int64_t> dates;  ///< seconds since 1970
};

/// The first rule that the claims break, if any. The signature must have been verified before.
std::optional<Violation> validate_id_token_claims(const json::Value& claims, const IdTokenExpectations& expected);
std::optional<Violation> validate_id_token_claims(const json::Members& claims, const IdTokenExpectations& expected);

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

/// `at_hash` or `c_hash` as it must be, given the digest of the access token or code (Core section 3.2.2.9).
std::string left_half_hash(std::string_view digest);

}  // namespace ostia::oidc
