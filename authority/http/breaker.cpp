#include "http/breaker.hpp"

#include <algorithm>

namespace ostia::authority {

bool Breaker::admits(Time now) const { return !rests_until_ || (now >= *rests_until_ && !is_probed(now)); }

void Breaker::begin(Time now) {
  if (rests_until_) probing_since_ = now;
}

void Breaker::fail(Time now) {
  if (probing_since_) {
    probing_since_.reset();
    rest_ = std::min(2 * rest_, policy_.longest);
    return rest(now);
  }
  if (!rests_until_ && ++failures_ >= policy_.failures) rest(now);
}

std::chrono::milliseconds Breaker::rest_left(Time now) const {
  if (!rests_until_ || now >= *rests_until_) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(*rests_until_ - now);
}

}  // namespace ostia::authority
