// Passkeys for applications that show the question themselves (Auth0: native passkeys): `/passkey/challenge`,
// `/passkey/register`, and the grant by which a device's answer becomes tokens.
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

inline constexpr std::string_view webauthn_grant_type = "urn:okta:params:oauth:grant-type:webauthn";

/// The person whose device has answered the question of `auth_session`, or who is made by it. `connection`: the one
/// that the question was for. Errors: 403 `invalid_grant` with the reasons of passkeys (`webauthn_…`,
/// `passkey_unknown`, `auth_session_invalid`), those of sign-ups, `connection_closed`.
struct PasskeyLogin {
  User user;
  std::string organization;  ///< that the question was asked in, as it was named; empty: none
};
Async<PasskeyLogin> login_by_passkey(Authority& a, const Request& request, const Client& client,
                                     const Parameters& parameters);

}  // namespace ostia::authority
