// A read for those who would rather have no answer than a late one.
#pragma once

#include <chrono>

#include "store/store.hpp"

namespace ostia::authority {

/// As `query`. Errors: `store_unavailable` too where there is no answer so soon; one that comes later is let go.
Async<Rows> query_in_time(Store& store, Statement statement, std::chrono::milliseconds patience);

}  // namespace ostia::authority
