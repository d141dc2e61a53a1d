// The token request by which a native application hands its login over to a browser (Auth0: native to web SSO).
#pragma once

#include "grants/refresh_token.hpp"

namespace ostia::authority {

/// The answer to a refresh token that asks for the audience `session_transfer_audience`: a session transfer token as
/// `access_token`, with `issued_token_type`, `token_type` `N_A`, and the next refresh token where it was rotated.
/// Errors: 403 `unauthorized_client` (reasons `session_transfer_disabled`, `session_transfer_repeated`), and those of
/// the gate.
Async<json::Value> transfer_session(Authority& a, const Request& request, const Client& client, RefreshToken token);

}  // namespace ostia::authority
