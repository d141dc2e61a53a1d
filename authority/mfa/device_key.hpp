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

/// The same for an application that shows the question itself (Auth0: native passkeys). `ticket` is what it sends back
/// with the answer, and what the challenge is made of; that it is used once is the caller's to see to.
json::Value passkey_request(const Request& request, std::string_view ticket);
/// Whose the new key is to be. `user_id`: of an account that may not be there yet.
struct NewPasskey {
  std::string user_id, name, display_name;
};
json::Value passkey_creation(const Authority& a, const Request& request, std::string_view ticket, const NewPasskey& of);
/// Errors: `webauthn_…`, `passkey_unknown`, `user_blocked`.
Async<User> find_by_passkey(Authority& a, const Request& request, const Client& client, std::string ticket,
                            json::Value answer);
/// The new key, which is confirmed by its answer. Errors: `webauthn_…`.
Result<Authenticator> make_passkey(const Authority& a, const Request& request, const Client& client,
                                   std::string_view ticket, const json::Value& answer, const std::string& user_id);

}  // namespace ostia::authority
