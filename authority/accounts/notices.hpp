// Mails about an account that its owner should hear of, whoever did it (ASVS 6.3.5, 6.3.7).
#pragma once

#include <optional>

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

enum class Notice : std::uint8_t {
  password_changed,
  factor_added,
  factor_removed,
  email_changed,         ///< goes to the address before
  login_after_failures,  ///< a right password after several wrong ones
  new_browser,           ///< that the person had not signed in with
  new_country,           ///< where the person had not signed in
};

/// The statement that queues the mail; nothing where the tenant turns `account_notice` off, or there is no address.
/// Once it is kept, the outbox wants to be woken.
std::optional<Statement> notice(const Authority& a, const Request& request, const User& user, Notice what);

}  // namespace ostia::authority
