// Reading what the authority sent back: a redirect's fragment, a web message, an ID token.
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/task.hpp"

namespace ostia::auth0 {

/// The parameters of a redirect's fragment: one leading `#`, then one `/`, are not part of it.
Value parse_fragment(std::string_view hash);

/// `parseHash` (WA-060 to WA-104): null when `options.hash` holds no response, else the result's nine members. Errors
/// keep the package's `error` as `code` and add a `reason`.
Task<Result<Value>> parse_hash(Value base, Value options);

/// `validateAuthenticationResponse`: as `parse_hash`, for a response that is already an object.
Task<Result<Value>> validate_response(Value base, Value options, Value response);

/// What a call adds to the constructor's options when an ID token is checked.
struct TokenChecks {
  Value nonce;                          ///< checked when truthy
  std::optional<std::int64_t> max_age;  ///< seconds
  std::string organization;
};

/// `validateToken`: the claims of an RS256 ID token whose signature, made by a key of the configured issuer, and whose
/// claims are good (WA-076 to WA-105).
Task<Result<Value>> validate_id_token(Value base, std::string token, TokenChecks checks);

/// `at_hash`: whether `access_token` came together with the token of these claims; true when the claim is absent.
Task<bool> is_bound_access_token(Value claims, std::string access_token);

}  // namespace ostia::auth0
