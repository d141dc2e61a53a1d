// Login of a native program as RFC 8252 has it.
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/host.hpp"

namespace ostia::auth0 {

/// The system's browser, authorization code, PKCE, `state` and `iss` checked. The result has `parse_hash`'s members.
Result<Value> native_login(Host& host, const Value& base, const Value& options);

}  // namespace ostia::auth0
