// Who comes next where many wait for a slow thing: the network that has had the least of it lately.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ostia::authority {

/// Who wants something done.
struct Asker {
  std::string network;    ///< what one customer can be given
  bool is_known = false;  ///< somebody who has proven who they are, or comes from where that person has been
};

/// What waits, in the order of when it came; but for each thing that its network has had lately it counts as having
/// come a little later. So a burst of one network keeps nobody else waiting, and nobody waits for ever, however many
/// come who have had nothing yet. Not thread-safe.
class FairQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    double had = 0;  ///< of the network when it asked: what it had got and what it waited for, fading
    Time since;
    std::function<void()> work, refuse;
  };

  /// At most `most` wait; whoever is last makes room.
  explicit FairQueue(std::size_t most) : most_(most) {}

  /// Lets it wait. What has to give way for it, the newcomer itself perhaps, is returned, to be refused.
  std::optional<Waiting> add(const Asker& asker, std::function<void()> work, std::function<void()> refuse, Time now);
  /// The first whose network has had less than `limit`; nobody, if there is none.
  std::optional<Waiting> next(double limit);
  [[nodiscard]] bool has_next(double limit) const;
  /// Those that have waited since before `then`.
  std::vector<Waiting> take_expired(Time then);
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  static constexpr double allowance_of_known = 8;                  ///< so much more than strangers they may have had
  static constexpr auto penalty = std::chrono::milliseconds(250);  ///< for each thing that the network has had
  static constexpr auto half_life = std::chrono::seconds(60);

 private:
  struct Share {
    double had = 0;
    Time at;
  };
  double take_note(const std::string& network, Time now);
  void forget_faded(Time now);

  std::size_t most_;
  std::uint64_t count_ = 0;
  std::map<std::pair<Time, std::uint64_t>, Waiting> waiting_;
  std::unordered_map<std::string, Share> shares_;
};

}  // namespace ostia::authority
