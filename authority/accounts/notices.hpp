// Mails about an account that its owner should hear of, whoever did it (ASVS 6.3.5, 6.3.7), and what their button takes
// back.
#pragma once

#include <optional>

#include "accounts/users.hpp"
#include "pages/texts.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

enum class Notice : std::uint8_t {
  password_changed,
  factor_added,
  factor_removed,
  passkey_added,
  passkey_removed,
  identity_linked,  ///< another account signs in as this one
  identity_unlinked,
  email_changed,          ///< goes to the address before
  login_after_failures,   ///< a right password after several wrong ones
  new_browser,            ///< that the person had not signed in with
  new_country,            ///< where the person had not signed in
  application_connected,  ///< has access from now on
};

struct Happening {
  Notice what;
  std::string id = {};    ///< of what can be taken away again: an authenticator, an identity, an application
  std::string name = {};  ///< what people call it
};

/// The statement that queues the mail; nothing where the tenant turns `account_notice` off, or there is no address.
/// Once it is kept, the outbox wants to be woken.
std::optional<Statement> notice(const Authority& a, const Request& request, const User& user, Happening happening);

/// What the link of a notice says, while it is good: somebody says that it was not them.
struct Report {
  User user;
  Happening happening;
  std::string ticket;
  std::int64_t until = 0;
};
/// Nothing if it is over, or the account has another address than the one that the mail went to.
Async<std::optional<Report>> open_report(Authority& a, std::string ticket);

/// What has happened, in a sentence.
std::string describe(const Texts& texts, const std::string& tenant, const Happening& happening);

}  // namespace ostia::authority
