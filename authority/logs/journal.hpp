// The tenant's log: what happened to accounts and clients, with the vendor's type codes. It is kept in the store, for
// the Management API and the dashboard; refusals go to the program's log too. Nobody waits for it. What anybody can
// write as much of as they like (a refusal, say) is kept apart: it goes by count, the rest by time alone.
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

/// Writes an entry about `request`.
void record(Authority& a, const Request& request, const Event& event);

}  // namespace ostia::authority
