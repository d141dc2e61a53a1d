// What goes on whether requests come or not: telling systemd that all is well, following what other nodes change, and
// deleting what has expired. Each on a thread of its own, so that a slow one holds up no other.
#pragma once

#include "base/periodic.hpp"
#include "protocol/believed_time.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

class Clockwork {
 public:
  /// `is_well`: whether the program still answers; systemd is told so only then. `a` must outlive it.
  Clockwork(Authority& a, std::function<bool()> is_well);
  Clockwork(const Clockwork&) = delete;
  Clockwork& operator=(const Clockwork&) = delete;

  /// Lets it look at once for what another node has changed. Thread-safe.
  void follow() { follow_.wake(); }

 private:
  void keep_house();
  void delete_what_has_expired(std::int64_t believed);

  Authority& a_;
  protocol::BelievedTime time_;
  std::int64_t offset_ = 0, cleaned_at_ = 0, kept_at_ = 0;  // of the last time, in seconds
  Periodic watchdog_, follow_, housekeeping_;
};

}  // namespace ostia::authority
