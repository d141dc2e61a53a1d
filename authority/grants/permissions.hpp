// What a person may do with an API, by their roles and by themselves (the vendor's RBAC).
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// Leaves of the grant's scopes those that the person is permitted, where its API enforces that (`enforce_policies`),
/// and says which permissions there are, where its tokens tell them (`access_token_authz`).
/// For the dashboard: everything if the person is an administrator, else nothing of the Management API.
Async<Grant> apply_policies(Authority& a, Grant grant);

}  // namespace ostia::authority
