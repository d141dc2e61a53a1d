// Whose turn it is where there are fewer places than jobs: a job that hangs keeps nobody else waiting for long.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ostia::authority {

/// What it decides follows from what it was told, and when. Not thread-safe.
///
/// Jobs have their turn in the order in which they came. A job whose key (the person and the application) has had one
/// that hung, within the last minute, comes after those of all others, and such jobs never have the last quarter of the
/// places. Where all places are taken by jobs that have run for a quarter of the time that they may, and others wait,
/// the oldest of them is ended.
class Turns {
 public:
  using Time = std::chrono::steady_clock;
  using Id = std::uint64_t;

  /// At most `places` jobs run at once, at most `waiting` wait.
  Turns(std::size_t places, std::size_t waiting) : places_(places), most_waiting_(waiting) {}

  /// False: too many wait, and it is refused.
  bool enter(Id id, const std::string& key, Time::time_point deadline, Time::time_point now);
  /// One that waits and runs from now on.
  std::optional<Id> start(Time::time_point now);
  /// Those that wait and can no longer be done in time; they wait no more.
  std::vector<Id> take_expired(Time::time_point now);
  /// One that runs and is to be ended, so that others get in. It is there until it leaves.
  std::optional<Id> end_one(Time::time_point now);
  /// `has_hung`: it was ended, or took all the time that it had.
  void leave(Id id, bool has_hung, Time::time_point now);

  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }

 private:
  struct Job {
    Id id;
    std::string key;
    Time::time_point deadline;
    Time::duration may_run;  ///< before it may be ended for others
    bool is_suspect;
    Time::time_point started{};
    bool is_ending = false;
  };
  [[nodiscard]] std::size_t suspects(const std::list<Job>& jobs) const;
  bool is_suspect(const std::string& key, Time::time_point now);

  std::size_t places_, most_waiting_;
  std::list<Job> waiting_, running_;                        // the oldest first
  std::unordered_map<std::string, Time::time_point> hung_;  // until when that is held against a key
};

}  // namespace ostia::authority
