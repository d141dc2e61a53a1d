// Whether a server that does not answer is asked again: after some failures in a row it rests, and one call at a time
// finds out whether it is back. The rule alone; who calls asks it, and says what came of it.
#pragma once

#include <chrono>
#include <optional>

namespace ostia::authority {

/// The rule for one destination. It has no clock and no lock: both are the caller's.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Policy {
    int failures = 5;                       ///< in a row, until it rests
    std::chrono::milliseconds first{1000};  ///< the first rest; each probe that fails makes it twice as long
    std::chrono::milliseconds longest{30'000};
    std::chrono::milliseconds probe{60'000};  ///< a probe that says nothing for so long has failed
  };

  Breaker() : Breaker(Policy()) {}
  explicit Breaker(Policy policy) : policy_(policy), rest_(policy.first) {}

  /// Whether a call may begin at `now`.
  [[nodiscard]] bool admits(Time now) const;
  /// A call that was admitted begins. If the destination rests, it is the probe, and no other is admitted meanwhile.
  void begin(Time now);

  /// The destination has answered, whatever it said. It is as good as new.
  void succeed() { *this = Breaker(policy_); }
  /// There was no answer. Of calls that had begun before the rest it is known already.
  void fail(Time now);
  /// The call ended without anybody knowing whether the destination answers: it was called off.
  void forget() { probing_since_.reset(); }

  [[nodiscard]] bool is_resting() const { return rests_until_.has_value(); }
  /// Nothing is held against the destination.
  [[nodiscard]] bool is_new() const { return failures_ == 0 && !rests_until_; }
  /// How long until it may be asked again; zero: it may be now, or somebody is asking.
  [[nodiscard]] std::chrono::milliseconds rest_left(Time now) const;

 private:
  void rest(Time now) { rests_until_ = now + rest_; }
  [[nodiscard]] bool is_probed(Time now) const { return probing_since_ && now < *probing_since_ + policy_.probe; }

  Policy policy_;
  int failures_ = 0;
  std::chrono::milliseconds rest_;
  std::optional<Time> rests_until_, probing_since_;
};

}  // namespace ostia::authority
