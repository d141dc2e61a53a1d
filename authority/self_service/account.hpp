// Who may look at an account: its owner, after a login that is fresh.
#pragma once

#include "login/step.hpp"

namespace ostia::authority {

/// How old a login, and the second factor of those who have one, may be for `/account`, in seconds.
inline constexpr std::int64_t account_max_age = 900;

/// Who is signed in here, if that is fresh enough; else nobody.
Async<std::optional<SignedIn>> account_owner(Authority& a, const Request& request);

/// Sends the browser to log in, and then back to `/account`.
Response log_in_for_account(const Authority& a, const Request& request);

/// Whether the account has a password that its owner could know.
bool may_change_password(const Tenant& tenant, const User& user);

}  // namespace ostia::authority
