#include "protocol/believed_time.hpp"

#include <algorithm>

namespace ostia::authority::protocol {

std::int64_t BelievedTime::at(std::int64_t wall, std::int64_t steady) {
  const std::int64_t elapsed = has_begun_ ? steady - steady_ : 0;
  const std::int64_t jump = has_begun_ ? wall - wall_ - elapsed : 0;
  went_back_ = jump < -most_drift;
  if (!has_begun_ || went_back_ || jump > most_drift) in_step_since_ = steady;
  const bool is_first_ever = believed_ <= 0;
  believed_ = is_first_ever || steady - in_step_since_ >= trial ? wall : std::min(wall, believed_ + elapsed);
  has_begun_ = true;
  wall_ = wall;
  steady_ = steady;
  return believed_;
}

}  // namespace ostia::authority::protocol
