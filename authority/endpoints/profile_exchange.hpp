// Tokens of others that a tenant's action vouches for (Auth0: custom token exchange).
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// Whom the subject token of that request stands for, as the profile's action says. Errors: 403 `access_denied` and 400
/// `invalid_request` with the words of the action that refused (reasons `action_refused`, `subject_token_rejected`),
/// `exchange_user_missing` where it names nobody who is there; those of scripts that could not be run.
Async<User> find_exchanged(Authority& a, const Request& request, const Client& client, ExchangeProfile profile,
                           Parameters parameters);

}  // namespace ostia::authority
