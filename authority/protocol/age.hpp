// How old something is, by a clock that may have been wrong when it happened.
#pragma once

#include <cstdint>

namespace ostia::authority::protocol {

/// Seconds between the clocks of two nodes: what is further in the future was written by a clock that was wrong.
constexpr std::int64_t most_clock_skew = 300;

/// Whether what happened `then` is at most `most` seconds old.
constexpr bool is_recent(std::int64_t then, std::int64_t now, std::int64_t most) {
  return now - then <= most && then - now <= most_clock_skew;
}

}  // namespace ostia::authority::protocol
