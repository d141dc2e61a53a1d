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
/// that hung, within the last minute, is suspect: it comes after those of all others, and such jobs never have the last
/// quarter of the places. One that was ended for others before it had its time is not held against its key; the next
/// ones come after those of whom nothing is known, and that is all.
///
/// Where all places are taken and others wait, as many are ended as others wait, the oldest first: suspect ones at
/// once, the rest once they have run for a quarter of the time that they may, or for less where that would keep a
/// newcomer waiting longer than a quarter of its own.
class Turns {
 public:
  using Time = std::chrono::steady_clock;
  using Id = std::uint64_t;

  /// At most `places` jobs run at once, at most `waiting` wait.
  Turns(std::size_t places, std::size_t waiting) : places_(places), most_waiting_(waiting) {}

  /// False: too many wait, and it is refused.
  bool enter(Id id, const std::string& key, Time::time_point deadline, Time::time_point now);
  /// One that waits and has a place from now on.
  std::optional<Id> start(Time::time_point now);
  /// The script itself begins, which the job has had a place for; only the first time counts.
  void begin(Id id, Time::time_point now);
  /// Those that wait and can no longer be done in time; they wait no more.
  std::vector<Id> take_expired(Time::time_point now);
  /// Those that run and are to be ended, so that others get in. They are there until they leave.
  std::vector<Id> end_some(Time::time_point now);
  /// Whether a job whose scripts themselves ran for so long had the time that each may have, whoever waits.
  [[nodiscard]] bool had_its_time(Id id, Time::duration ran) const;
  /// `has_hung`: it had its time, and had to be ended.
  void leave(Id id, bool has_hung, Time::time_point now);

  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }

 private:
  // What is known of a key, the best first.
  enum class Standing : std::uint8_t { good, was_ended, suspect };
  struct Job {
    Id id;
    std::string key;
    Time::time_point entered;
    Time::time_point deadline;
    Standing standing;
    Time::time_point started{};
    std::optional<Time::time_point> began{};
    bool is_ending = false;

    [[nodiscard]] Time::duration share() const { return (deadline - entered) / 4; }
    [[nodiscard]] Time::duration may_run() const;  // before it may be ended for others
  };
  struct Memory {
    Standing standing;
    Time::time_point until;
  };
  static std::size_t suspects(const std::list<Job>& jobs);
  Standing standing_of(const std::string& key, Time::time_point now);
  void hold_against(const std::string& key, Standing standing, Time::time_point now);
  [[nodiscard]] bool is_over(const Job& job, Time::time_point now) const;
  [[nodiscard]] bool has_impatient(Time::time_point now) const;
  [[nodiscard]] std::size_t wanted_places() const;

  std::size_t places_, most_waiting_;
  std::list<Job> waiting_, running_;  // the oldest first
  std::unordered_map<std::string, Memory> memory_;
};

}  // namespace ostia::authority
