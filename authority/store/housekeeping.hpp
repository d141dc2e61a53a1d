// What is over leaves the store. Nothing depends on it: every reader checks times itself.
#pragma once

#include "store/store.hpp"

namespace ostia::authority {

/// Deletes what has expired by `now` (seconds since 1970), and log entries that are older than `log_retention` seconds
/// or too many.
void delete_expired(Store& store, std::int64_t now, std::int64_t log_retention);

}  // namespace ostia::authority
