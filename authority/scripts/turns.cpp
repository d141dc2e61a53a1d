#include "scripts/turns.hpp"

#include <algorithm>

namespace ostia::authority {
namespace {

constexpr auto memory = std::chrono::minutes(1);
constexpr auto shortest_run = std::chrono::seconds(1);
constexpr std::size_t most_keys = 10'000;

}  // namespace

std::size_t Turns::suspects(const std::list<Job>& jobs) const {
  return static_cast<std::size_t>(std::count_if(jobs.begin(), jobs.end(), [](const Job& j) { return j.is_suspect; }));
}

bool Turns::is_suspect(const std::string& key, Time::time_point now) {
  const auto found = hung_.find(key);
  if (found == hung_.end()) return false;
  if (found->second > now) return true;
  hung_.erase(found);
  return false;
}

bool Turns::enter(Id id, const std::string& key, Time::time_point deadline, Time::time_point now) {
  const bool suspect = is_suspect(key, now);
  if (waiting_.size() >= most_waiting_ || (suspect && suspects(waiting_) >= places_)) return false;
  const auto may_run = std::max<Time::duration>(shortest_run, (deadline - now) / 4);
  waiting_.push_back({id, key, deadline, may_run, suspect});
  return true;
}

std::optional<Turns::Id> Turns::start(Time::time_point now) {
  if (running_.size() >= places_) return {};
  const std::size_t kept = std::max<std::size_t>(1, places_ / 4);
  auto next = std::find_if(waiting_.begin(), waiting_.end(), [](const Job& j) { return !j.is_suspect; });
  if (next == waiting_.end() && suspects(running_) + kept < places_) next = waiting_.begin();
  if (next == waiting_.end()) return {};
  next->started = now;
  running_.splice(running_.end(), waiting_, next);
  return running_.back().id;
}

std::vector<Turns::Id> Turns::take_expired(Time::time_point now) {
  std::vector<Id> out;
  for (const auto& job : waiting_)
    if (job.deadline <= now) out.push_back(job.id);
  waiting_.remove_if([&](const Job& job) { return job.deadline <= now; });
  return out;
}

std::optional<Turns::Id> Turns::end_one(Time::time_point now) {
  const bool others_wait = suspects(waiting_) < waiting_.size();
  const auto may_go_on = [&](const Job& j) { return j.is_ending || now - j.started < j.may_run; };
  if (!others_wait || running_.size() < places_ || std::any_of(running_.begin(), running_.end(), may_go_on)) return {};
  running_.front().is_ending = true;
  return running_.front().id;
}

void Turns::leave(Id id, bool has_hung, Time::time_point now) {
  const auto job = std::find_if(running_.begin(), running_.end(), [&](const Job& j) { return j.id == id; });
  if (job == running_.end()) return;
  if (has_hung) {
    if (hung_.size() >= most_keys) hung_.clear();
    hung_[job->key] = now + memory;
    for (auto* jobs : {&waiting_, &running_})
      for (auto& other : *jobs) other.is_suspect = other.is_suspect || other.key == job->key;
  }
  running_.erase(job);
}

}  // namespace ostia::authority
