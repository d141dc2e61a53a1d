// What a person may do with an API, by their roles and by themselves (the vendor's RBAC).
#pragma once

#include "protocol/grant.hpp"

namespace ostia::authority {

/// Leaves of the grant's scopes those that the person is permitted, where its API enforces that (`enforce_policies`),
/// and says which permissions there are, where its tokens tell them (`access_token_authz`).
Async<Grant> apply_policies(Authority& a, Grant grant);

}  // namespace ostia::authority
