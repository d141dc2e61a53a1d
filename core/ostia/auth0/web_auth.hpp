// The operations behind the public methods, for any host. Each takes the constructor's options as `derive_base`
// completed them, and a call's own.
#pragma once

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/auth0/transaction.hpp"

namespace ostia::auth0 {

/// `webAuth.authorize` (WA-038 to WA-048): keeps a transaction and sends the person to the authority.
Task<Result<Value>> authorize(Value base, Value options);

/// `webAuth.logout` (WA-037).
Task<Result<Value>> logout(Value base, Value options);

/// `webAuth.checkSession` (WA-168 to WA-181): tokens for a person who is signed in at the authority, through a hidden
/// frame.
Task<Result<Value>> check_session(Value base, Value options);

/// `client.userInfo` (WA-189 to WA-191), to be read by `read_answer` or `legacy_answer`.
Task<HttpResponse> user_info(Value base, std::string access_token);

/// Login of a native program as RFC 8252 has it: the system's browser, authorization code, PKCE, `state` and `iss`
/// checked. The result has `parse_hash`'s members.
Task<Result<Value>> native_login(Value base, Value options);

/// What an HTTP exchange came to: the JSON (or text) of a 2xx answer, or the authority's error (client-api.md section
/// 15).
Result<Value> read_answer(const HttpResponse& answer);

}  // namespace ostia::auth0
