// Ending sessions, so that the applications that they were used with hear of it (OpenID Connect Back-Channel Logout).
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// Ends `session`, wherever its browser is, and queues a logout token for each application that it was used with.
Async<Unit> end_session_of(Authority& a, Session session);

}  // namespace ostia::authority
