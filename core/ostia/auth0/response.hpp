// Reading what the authority sent back: a redirect's fragment, a web message, an ID token, an HTTP answer.
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/host.hpp"

namespace ostia::auth0 {

/// The parameters of a redirect's fragment: one leading `#`, then one `/`, are not part of it.
Value parse_fragment(std::string_view hash);

/// The first half of `parseHash`: null when `response` holds none, `response` when it is to be validated, else what is
/// missing from it or the error that it brings (`reason` is `error_response`).
Result<Value> read_response(const Value& base, const Value& options, const Value& response);

/// `parseHash` (WA-060 to WA-104): null when `response` holds none, else the result's nine members. Errors keep the
/// package's `error` as `code` and add a `reason`.
Result<Value> parse_hash(Host& host, const Value& base, const Value& options, const Value& response);

/// `validateAuthenticationResponse`: as `parse_hash`, without its look at what is missing.
Result<Value> validate_response(Host& host, const Value& base, const Value& options, const Value& response);

/// What a call adds to the constructor's options when an ID token is checked.
struct TokenChecks {
  Value nonce;    ///< checked when truthy
  Value max_age;  ///< seconds; a number counts
  std::string organization;
  std::string access_token;  ///< checked against `at_hash`, when the token has one
};

/// `validateToken`: the claims of an RS256 ID token whose signature, made by a key of the configured issuer, and whose
/// claims are good (WA-076 to WA-105).
Result<Value> validate_id_token(Host& host, const Value& base, const std::string& token, const TokenChecks& checks);

/// What an HTTP exchange came to: the JSON (or text) of a 2xx answer, or the authority's error (RFC 6749
/// section 5.2, WA-206).
Result<Value> read_answer(const HttpResponse& answer);

}  // namespace ostia::auth0
