// Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14): random, kept as their hash, rotated where the application
// says so; one that comes back after its rotation ends the whole grant.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// A token for `grant`, kept when this returns.
Async<std::string> issue_refresh_token(Authority& a, const Client& client, const Grant& grant);

/// A token as it is kept.
struct RefreshToken {
  std::string id, grant_id, client_id;
  Grant grant;
  std::int64_t used_at = 0, rotated_at = 0, expires_at = 0;
  std::int64_t absolute = 0;  ///< when the grant ends whatever happens
  std::string asked;          ///< the hash of the name that the request has given itself; empty: none
  std::string repeats;        ///< the successor that was the answer to the same request, and that nobody has used
};
/// A token of that client that is good now, without using it (`protocol/refresh.hpp` decides). `name`: of the request
/// (its `Idempotency-Key`), by which the same one is known when it comes again. Errors: 403 `invalid_grant`, with the
/// reasons `refresh_token_unknown`, `refresh_token_expired`, `refresh_token_reused`.
Async<RefreshToken> read_refresh_token(Authority& a, const Client& client, std::string token, std::string name);

/// Uses a token that was read; gives the one that follows, or nothing when the same one stays good. A successor whose
/// answer was lost is spent by the next. Errors: 403
/// `invalid_grant`, with the reasons `refresh_token_reused`, `grant_revoked`.
Async<std::string> use_refresh_token(Authority& a, const Client& client, RefreshToken token);

/// A token of that client that is good now; nothing otherwise. Looking changes nothing.
Async<std::optional<RefreshToken>> look_at_refresh_token(Authority& a, const Client& client, std::string token);

/// Revokes the grant of a token of that client, if it is one.
Async<Unit> revoke_refresh_token(Authority& a, const Client& client, std::string token);

}  // namespace ostia::authority
