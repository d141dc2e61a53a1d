// One login attempt as the client remembers it between the authorization request and its response: state, nonce and the
// application's own state, kept for 30 minutes under `com.auth0.auth.<state>` (client-api.md section 4).
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/task.hpp"

namespace ostia::auth0 {

/// Fills `state` and `nonce` into `parameters` and keeps the transaction; nothing is kept on the authority's own pages.
Task<Result<Value>> start_transaction(Value base, Value parameters);

/// The transaction of `state`, which is removed: a response counts once. Null when there is none.
Task<Value> consume_transaction(Value base, std::string state);

/// Where the transaction of `state` is kept.
std::string transaction_key(const Value& base, std::string_view state);

/// `length` characters of 65, none more likely than another; empty without a random source.
Task<std::string> random_text(int length);

}  // namespace ostia::auth0
