// The tenant's log: what happened to accounts and clients, with the vendor's type codes. It is kept in the store, for
// the Management API and the dashboard; refusals go to the program's log too. Entries of what is on the disk are there
// before the answer leaves; for the others nobody waits. Refusals, of which anybody can cause as many as they like, are
// kept apart: they go by count, too, the rest by time alone.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

struct Event {
  std::string type;  ///< the vendor's code, such as `s`, `fp`, `seacft`
  std::string description;
  std::string client_id, user_id, user_name, connection, reason;
  json::Value details;      ///< an object without secrets, or null
  bool is_audited = false;  ///< of somebody with a token of the tenant's own: kept as long as `log_retention_days` says
};

/// Writes an entry about `request`, at once or with `keep_acts`.
void record(Authority& a, const Request& request, const Event& event);
/// Writes the entries of what a request has done, later if nothing can be written now. Whether it worked: what has been
/// done stays done.
Async<Unit> keep_acts(Authority& a, std::shared_ptr<Acts> acts);

}  // namespace ostia::authority
