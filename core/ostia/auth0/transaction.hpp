// One login attempt as the client remembers it between the authorization request and its response: state, nonce and the
// application's own state, kept for 30 minutes under `com.auth0.auth.<state>` (WA-049 to WA-059).
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/host.hpp"

namespace ostia::auth0 {

/// Keeps a transaction; on the authority's own pages (`base.pageHost` is its domain) nothing is kept. Of `given`:
/// `state` and `nonce` (made when absent, the nonce if `generateNonce`), `appState`, `lastUsedConnection`,
/// `organization`, `maxAge`. Answer: `{state, nonce}`, null without a source of random numbers.
Result<Value> start_transaction(Host& host, const Value& base, const Value& given);

/// The transaction of `state`, which is removed: a response counts once. Null when there is none.
Result<Value> take_transaction(Host& host, const Value& base, std::string_view state);

/// `length` characters of 65, none more likely than another; empty without a random source.
Result<std::string> random_text(Host& host, int length);

}  // namespace ostia::auth0
