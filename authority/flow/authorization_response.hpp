// How an authorization response leaves: in the query, in the fragment, as a form, or as a web message.
#pragma once

#include "grants/authorization_request.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Delivers `fields` with the request's `state`, and `iss` (RFC 9207).
Response deliver(const AuthorizationRequest& request, Fields fields);

/// An error goes to the application. A link alone sends nobody to one that registered itself, which could be anybody's:
/// the person sees the error and where it would go, and goes on if they want to (RFC 9700 section 4.11.2).
Response deliver_error(const Authority& a, const Request& at, const AuthorizationRequest& request, std::string error,
                       std::string description);
/// The same at once, whoever's the application is: the person has just pressed for it.
Response deliver_error_at_once(const AuthorizationRequest& request, std::string error, std::string description);

}  // namespace ostia::authority
