// Signing in at an upstream: there, and back to `/login/callback`.
#pragma once

#include "accounts/users.hpp"
#include "flow/step.hpp"

namespace ostia::authority::upstream {

/// Sends the browser to the upstream of `connection` (enabled for the client, of an upstream's strategy).
boost::asio::awaitable<Response> depart(Authority& a, const Request& request, AuthorizationRequest r,
                                        std::string connection);

/// Finishes a login by what the upstream answers.
boost::asio::awaitable<Response> arrive(Authority& a, const Request& request, Parameters answer);

/// The upstreams that the login page of `step` offers, as links.
std::vector<pages::Link> ways(const Step& step);

/// What a person reads a connection as.
std::string display_name(const Connection& connection);

/// Where the browser ends its session at the upstream that `session` came from, and comes back to `to` from; nothing
/// where there is none, or it has no such place.
Async<std::optional<std::string>> logout_url(Authority& a, const Request& request, Session session, std::string to);

}  // namespace ostia::authority::upstream
