// A login that a native application hands over at `/authorize` (Auth0: native to web SSO).
#pragma once

#include "flow/authorize.hpp"

namespace ostia::authority {

/// A session transfer token and how it came.
struct Handed {
  std::string token;  ///< empty: none
  bool by_cookie = false;
};
/// The token of a request: its parameter `session_transfer_token`, or the cookie `auth0_session_transfer_token`, as
/// `session_transfer.allowed_authentication_methods` says. One that the application does not take is named in the log.
Handed handed_over(Authority& a, const Request& request, const Client& client, const Parameters& parameters);

/// Uses the token up, and goes on as the person whom it stands for; where it is not good, as somebody who must log in.
boost::asio::awaitable<Response> with_session_transfer(Authority& a, const Request& request, AuthorizationRequest r,
                                                       Handed handed);

}  // namespace ostia::authority
