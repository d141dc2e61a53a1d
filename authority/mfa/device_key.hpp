// Keys of devices in forms: what a page asks the device, and what its answer is worth.
#pragma once

#include "accounts/users.hpp"
#include "mfa/authenticators.hpp"
#include "pages/pages.hpp"

namespace ostia::authority {

/// Makes the form of `page` ask for one of the keys among `factors`; with none, for any passkey registered for this
/// domain.
void add_assertion(const Authority& a, const Request& request, const std::vector<Authenticator>& factors,
                   pages::FormPage& page);
/// Makes the form ask the device for a new key of `type`: `webauthn-roaming`, `webauthn-platform` or `passkey`.
boost::asio::awaitable<void> add_creation(Authority& a, const Request& request, const User& user, std::string type,
                                          pages::FormPage& page);

/// The new key that the form has brought, not kept yet. Errors: `webauthn_…`.
Async<Authenticator> make_key(Authority& a, const Request& request, const User& user, std::string type,
                              const Parameters& form);
/// Whether the form has the right answer by one of the keys among `factors`. Errors: as `prove_by_otp`.
Async<Unit> prove_by_key(Authority& a, const Request& request, const User& user,
                         const std::vector<Authenticator>& factors, const Parameters& form);
/// Whose passkey has answered. Errors: `webauthn_…`, `user_blocked`.
Async<User> find_by_passkey(Authority& a, const Request& request, const Parameters& form);

}  // namespace ostia::authority
