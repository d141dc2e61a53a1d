// Who comes next where many wait for a slow thing: the network that has had the least of it lately.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace ostia::authority {

/// Who wants something done.
struct Asker {
  std::string network;    ///< what one customer can be given
  bool is_known = false;  ///< somebody who has proven who they are, or comes from where that person has been
};

/// What waits, in the order of who has had how much: what one network asks for comes after what others ask for that
/// have had less, whoever was first. Not thread-safe.
class FairQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    double had = 0;  ///< of the network when it asked: what it had got and what it waited for, fading
    Time since;
    std::function<void()> work, refuse;
  };

  /// At most `most` wait; whoever has had most makes room.
  explicit FairQueue(std::size_t most) : most_(most) {}

  /// Lets it wait. What has to give way for it, the newcomer itself perhaps, is returned, to be refused.
  std::optional<Waiting> add(const Asker& asker, std::function<void()> work, std::function<void()> refuse, Time now);
  /// Who is next; nobody, if none waits that has had less than `limit`.
  std::optional<Waiting> next(double limit);
  [[nodiscard]] bool has_next(double limit) const { return !waiting_.empty() && waiting_.begin()->first.first < limit; }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  static constexpr double allowance_of_known = 8;  ///< so much more than strangers they may have had
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
  std::map<std::pair<double, std::uint64_t>, Waiting> waiting_;
  std::unordered_map<std::string, Share> shares_;
};

}  // namespace ostia::authority
