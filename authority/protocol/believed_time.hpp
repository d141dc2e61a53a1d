// Which time may delete. A clock that jumps ahead for three seconds, or is wrong when the program starts, would take
// with it all that has an end; so rows go by a time that never runs faster than time passes.
#pragma once

#include <cstdint>

namespace ostia::authority::protocol {

class BelievedTime {
 public:
  /// `kept`: what an earlier run had come to; 0: there was none. All times in seconds.
  explicit BelievedTime(std::int64_t kept = 0) : believed_(kept) {}

  /// The time to delete by, when the wall's clock says `wall` and the steady one `steady`. It follows the steady clock,
  /// is never ahead of the wall's, and is the wall's again once that has kept step for a day.
  std::int64_t at(std::int64_t wall, std::int64_t steady);
  /// Whether the wall's clock had been put back when `at` was last asked.
  [[nodiscard]] bool went_back() const { return went_back_; }

  static constexpr std::int64_t most_drift = 5;       // between two questions: more is a jump
  static constexpr std::int64_t trial = 24LL * 3600;  // of keeping step

 private:
  bool has_begun_ = false, went_back_ = false;
  std::int64_t believed_, wall_ = 0, steady_ = 0, in_step_since_ = 0;
};

}  // namespace ostia::authority::protocol
