// Login tickets (AZ-312 to AZ-314): what `/co/authenticate` gives an application's page, for one `/authorize`. A
// ticket alone is worth nothing: the browser must also have the cookie that was set with it, or, where third-party
// cookies are blocked, the application's hidden page must hand over the verifier.
#pragma once

#include "accounts/users.hpp"
#include "flow/step.hpp"

namespace ostia::authority {

struct LoginTicket {
  std::string sealed, user_id, client_id;
  std::string grant;  ///< that the application proved the person by: it must have it still
  std::string co_id, cookie_secret, verifier_secret;
  std::int64_t epoch = 0;  ///< of the person (`User::epoch`)
  std::int64_t until = 0;

  [[nodiscard]] bool is_proven_by_cookie(const Request& request) const;
};

/// The answer to `/co/authenticate`, by the credential of `grant`: `login_ticket`, `co_verifier`, `co_id`, and the
/// cookie.
Response issue_login_ticket(const Authority& a, const Request& request, const User& user, const Client& client,
                            std::string_view grant);

/// Nothing if it is not ours, too old, or for another client.
std::optional<LoginTicket> open_login_ticket(const Authority& a, std::string_view client_id, std::string_view ticket);

/// Makes the session of a proven ticket, which is used up, and goes on with the request.
boost::asio::awaitable<Response> redeem_login_ticket(Authority& a, const Request& request, AuthorizationRequest r,
                                                     LoginTicket ticket);

/// The page that asks the application for the verifier.
Response ask_for_verifier(const Authority& a, const AuthorizationRequest& r, const LoginTicket& ticket,
                          const Client& client);

}  // namespace ostia::authority
