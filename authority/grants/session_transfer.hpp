// Session transfer: the login of a native application goes on in a browser (Auth0: native to web SSO). The application
// exchanges its refresh token for a token that lives a minute, and `/authorize` takes it once.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

inline constexpr std::string_view session_transfer_type = "urn:auth0:params:oauth:token-type:session_transfer_token";
inline constexpr std::int64_t session_transfer_lifetime = 60;  ///< seconds

/// The audience by which a refresh token asks for such a token: `urn:HOST:session_transfer`.
std::string session_transfer_audience(std::string_view issuer);

/// A token that carries the login of `grant` to a browser; `request` is the application's.
std::string issue_session_transfer(const Authority& a, const Request& request, const Grant& grant);

/// What it says.
struct SessionTransferToken {
  std::string sealed;
  Grant grant;                      ///< that the refresh token is of
  std::string address, user_agent;  ///< of the application that asked for it
  std::int64_t until = 0;           ///< seconds since 1970
};
/// Nothing where it is not ours, too old, or for another domain than `issuer`.
std::optional<SessionTransferToken> open_session_transfer(const Authority& a, std::string_view issuer,
                                                          std::string_view sealed);

/// Whether a grant has been revoked.
Async<bool> is_revoked(Authority& a, std::string grant_id);

/// Whether what came of a transfer ends now, as the grant that it came of has been revoked and the application
/// `client_id` wants that. Never where `grant_id` is empty.
Async<bool> transfer_has_ended(Authority& a, std::string grant_id, std::string client_id);

}  // namespace ostia::authority
