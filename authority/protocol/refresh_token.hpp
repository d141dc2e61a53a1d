// Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14): random, kept as their hash, rotated where the application
// says so; one that comes back after its rotation ends the whole grant.
#pragma once

#include "protocol/grant.hpp"

namespace ostia::authority {

/// A token for `grant`, kept when this returns.
Async<std::string> issue_refresh_token(Authority& a, const Client& client, const Grant& grant);

/// What a token of that client stands for, without using it. Errors as below.
Async<Grant> read_refresh_token(Authority& a, const Client& client, std::string token);

struct Refreshed {
  Grant grant;
  std::string next;  ///< the token that follows; empty when the same one stays good
};
/// Uses a token. Errors: 403 `invalid_grant`, with the reasons `refresh_token_unknown`, `refresh_token_expired`,
/// `refresh_token_reused`.
Async<Refreshed> use_refresh_token(Authority& a, const Client& client, std::string token);

/// Revokes the grant of a token of that client, if it is one.
Async<Unit> revoke_refresh_token(Authority& a, const Client& client, std::string token);

}  // namespace ostia::authority
