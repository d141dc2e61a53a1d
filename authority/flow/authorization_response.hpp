// How an authorization response leaves: in the query, in the fragment, as a form, or as a web message.
#pragma once

#include "grants/authorization_request.hpp"

namespace ostia::authority {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Delivers `fields` with the request's `state`, and `iss` (RFC 9207).
Response deliver(const AuthorizationRequest& request, Fields fields);

Response deliver_error(const AuthorizationRequest& request, std::string error, std::string description);

}  // namespace ostia::authority
