// What the store need not keep any longer.
#pragma once

#include <functional>

#include "store/store.hpp"

namespace ostia::authority {

/// How long the tenant's log is kept.
struct LogRetention {
  std::int64_t seconds = 0;
  std::int64_t refusals = 0;  ///< of what strangers cause, the youngest that are kept
};

/// What went though somebody may have wanted it.
struct Removed {
  std::int64_t deliveries = 0;  ///< entries that a log stream had not taken within the retention
  std::int64_t refusals = 0;    ///< entries that went by count
};

/// Deletes what has expired by `now` (seconds since 1970), in small steps, so that nobody waits for long; it stops
/// between two of them when `is_stopping` says so. Blocks. Errors: those of the store.
Result<Removed> delete_expired(Store& store, std::int64_t now, LogRetention log,
                               const std::function<bool()>& is_stopping);

/// After the clock was put back to `now`, nothing is to wait for a time that was wrong: messages go out, and a refresh
/// token that was rotated then was rotated long ago (its leeway is over).
std::vector<Statement> mend_future(std::int64_t now);

}  // namespace ostia::authority
