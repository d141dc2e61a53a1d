// Login of a program that is not a page: authorization code, PKCE, `state` and `iss` checked. In the system's browser
// as RFC 8252 has it, or in steps of the program's own; and what the page does with a hidden frame, with the program's
// own cookies instead.
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/host.hpp"

namespace ostia::auth0 {

/// The URL to send a person to, and what must be kept, secret, until they come back: `{url, attempt}`. With
/// `base.pushed`, the request's parameters are pushed first (RFC 9126).
Result<Value> begin_login(Host& host, const Value& base, const Value& options);

/// The login that `attempt` began, given the parameters that the redirect brought. The result has `parse_hash`'s
/// members.
Result<Value> finish_login(Host& host, const Value& base, const Value& attempt, const Value& response);

/// Both, with the person's browser in between.
Result<Value> native_login(Host& host, const Value& base, const Value& options);

/// `webAuth.login` and `passwordlessLogin`: credentials become a login ticket, the ticket a session (in the host's
/// cookies) and tokens.
Result<Value> embedded_login(Host& host, const Value& base, const Value& options);

/// `checkSession`: tokens from the session in the host's cookies, without asking anybody (`prompt=none`).
Result<Value> silent_login(Host& host, const Value& base, const Value& options);

}  // namespace ostia::auth0
