// The authority's time. All of its decisions ask this clock and no other, so that `--dev` can move it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ostia::authority {

class Clock {
 public:
  /// Whole seconds since 1970.
  [[nodiscard]] std::int64_t now() const { return real() + offset_.load(std::memory_order_relaxed); }

  /// For `/_dev/clock`: how far this clock is ahead of the machine's, in seconds.
  void set_offset(std::int64_t seconds) { offset_.store(seconds, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t offset() const { return offset_.load(std::memory_order_relaxed); }
  [[nodiscard]] static std::int64_t real() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

 private:
  std::atomic<std::int64_t> offset_ = 0;
};

/// `2026-01-31T12:00:00.000Z`, as the vendor writes times.
std::string iso_time(std::int64_t seconds);
/// The seconds of such a time, with or without its fraction; nothing for anything else.
std::optional<std::int64_t> parse_iso_time(std::string_view text);
/// The seconds of a time as other programs write it (ISO 8601): with an offset (`+02:00`, `Z`), without one (UTC), or a
/// date alone.
std::optional<std::int64_t> parse_foreign_time(const std::string& text);

}  // namespace ostia::authority
