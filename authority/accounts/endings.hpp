// The end of sessions, and who is told of it (OpenID Connect Back-Channel Logout).
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// Whose sessions end: all of a person's, the one of that id, or those of everybody of a connection.
struct Ending {
  std::string user_id, session_id, connection;
};

/// The statements that queue a logout token for each application that those sessions were used with, for the commit
/// that ends them. The outbox wants to be woken afterwards.
Async<std::vector<Statement>> sessions_ended(Authority& a, Ending which);

/// Ends those sessions, and tells the applications. Of a person's, whatever is under way ends, too.
Async<Unit> end_sessions(Authority& a, Ending which);

}  // namespace ostia::authority
