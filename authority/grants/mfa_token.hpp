// When a login needs a second factor: by the tenant's policy, by a rule or an action, or because the application asks.
#pragma once

#include "accounts/users.hpp"
#include "grants/extensions.hpp"
#include "mfa/factors.hpp"

namespace ostia::authority {

/// Whether one must be shown, whoever the person is.
bool wants_second_factor(const Tenant& tenant, const Extension& extension, std::string_view acr_values);

/// Whether it has been shown in that session, recently enough for `max_age` (seconds).
bool has_second_factor(const Session& session, std::optional<std::int64_t> max_age, std::int64_t now);

/// Why a second factor can't be asked for: the tenant has none turned on.
Error no_factor_turned_on();

/// The error that a token request without a second factor ends with: with it comes the `mfa_token` that the second
/// factor continues the same request with, for ten minutes. `may_enrol`: as in `PendingGrant`.
Error mfa_required(const Authority& a, const Grant& grant, bool may_enrol);

/// A request that goes on: what was to be granted, and to whom.
struct PendingGrant {
  Grant grant;
  User user;
  std::string token;
  bool may_enrol = false;  ///< it came of a password or a one-time code, and of nothing that was kept
};
/// Errors: 401 `expired_token`; `invalid_token` for what is none, of another client, used before, or of somebody who is
/// gone.
Async<PendingGrant> open_mfa_token(Authority& a, const Request& request, std::string client_id, std::string token);

}  // namespace ostia::authority
