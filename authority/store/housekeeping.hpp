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

/// Removes applications that registered themselves before `before` (seconds since 1970) and that nobody has let have
/// anything since. How many. Blocks.
Result<std::int64_t> forget_unused_registrations(Store& store, std::int64_t before);

/// Nobody waits for the entries that a log stream had not taken when it was deleted: they leave its queue, in small
/// steps. Blocks.
Status forget_deliveries(Store& store, const std::function<bool(const std::string& id)>& is_stream,
                         const std::function<bool()>& is_stopping);

/// Messages that were written, or tried, while the clock was wrong go out, and do not wait for that time.
Statement hasten_messages(std::int64_t now);
/// After the clock was put back to `now`, a refresh token that was rotated later than that was rotated long ago: its
/// leeway is over.
Statement age_rotated_tokens(std::int64_t now);

}  // namespace ostia::authority
