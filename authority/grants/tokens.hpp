// The token response (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3), the same for all grants.
#pragma once

#include "accounts/users.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// Access token, ID token with `openid`, refresh token with `offline_access`, of the first of which the person is told.
Async<json::Value> issue_tokens(Authority& a, const Request& request, const Client& client, const Grant& grant,
                                const User& user);

/// The same for a grant that is refreshed: `refresh_token` is what follows the one that was used, or empty.
json::Value token_response(const Authority& a, const Client& client, const Grant& grant, const User& user,
                           const std::string& refresh_token);

}  // namespace ostia::authority
