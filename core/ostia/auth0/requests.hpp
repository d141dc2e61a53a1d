// The requests of the authentication API's methods (WA-107 to WA-167, WA-192 to WA-201), each from the constructor's
// options and a call's own.
#pragma once

#include "ostia/auth0/options.hpp"

namespace ostia::auth0 {

/// Refuses what `name`'s options lack, in the order in which the package looks. `name` is one of `build_request`'s, or
/// `login`, `loginWithDefaultDirectory`, `customTokenExchange`, which then are `oauthToken`.
Status check_request(std::string_view name, const Value& options);

/// The path (below the authority's root) and body of the method `name`: `oauthToken`, `loginWithResourceOwner`,
/// `delegation`, `signup`, `changePassword`, `passwordlessStart`, `passwordlessVerify`, `coAuthenticate`. All are
/// POSTs. Answer: `{path, body}`.
Result<Value> build_request(std::string_view name, const Value& base, const Value& options);

}  // namespace ostia::auth0
