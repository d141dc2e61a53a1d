#pragma once

#include <cstdint>

namespace ostia::authority {

/// Limits of a session, in seconds.
struct SessionLimits {
  std::int64_t absolute, idle;
};

}  // namespace ostia::authority
