#include "scripts/turns.hpp"

#include <algorithm>

namespace ostia::authority {
namespace {

constexpr auto memory = std::chrono::minutes(1);
constexpr auto shortest_run = std::chrono::seconds(1);
constexpr std::size_t most_keys = 10'000;

}  // namespace

Turns::Time::duration Turns::Job::may_run() const { return std::max<Time::duration>(shortest_run, share()); }

std::size_t Turns::suspects(const std::list<Job>& jobs) {
  return static_cast<std::size_t>(
      std::count_if(jobs.begin(), jobs.end(), [](const Job& j) { return j.standing == Standing::suspect; }));
}

Turns::Standing Turns::standing_of(const std::string& key, Time::time_point now) {
  const auto found = memory_.find(key);
  if (found == memory_.end()) return Standing::good;
  if (found->second.until > now) return found->second.standing;
  memory_.erase(found);
  return Standing::good;
}

void Turns::hold_against(const std::string& key, Standing standing, Time::time_point now) {
  if (standing_of(key, now) > standing) return;
  if (memory_.size() >= most_keys) memory_.clear();
  memory_[key] = {standing, now + memory};
  for (auto* jobs : {&waiting_, &running_})
    for (auto& other : *jobs)
      if (other.key == key) other.standing = std::max(other.standing, standing);
}

bool Turns::enter(Id id, const std::string& key, Time::time_point deadline, Time::time_point now) {
  const Standing standing = standing_of(key, now);
  const bool are_too_many = standing == Standing::suspect && suspects(waiting_) >= places_;
  if (waiting_.size() >= most_waiting_ || are_too_many) return false;
  waiting_.push_back({.id = id, .key = key, .entered = now, .deadline = deadline, .standing = standing});
  return true;
}

std::optional<Turns::Id> Turns::start(Time::time_point now) {
  if (running_.size() >= places_ || waiting_.empty()) return {};
  const std::size_t kept = std::max<std::size_t>(1, places_ / 4);
  const auto next = std::min_element(waiting_.begin(), waiting_.end(),
                                     [](const Job& a, const Job& b) { return a.standing < b.standing; });
  if (next->standing == Standing::suspect && suspects(running_) + kept >= places_) return {};
  next->started = now;
  running_.splice(running_.end(), waiting_, next);
  return running_.back().id;
}

void Turns::begin(Id id, Time::time_point now) {
  for (auto& job : running_)
    if (job.id == id && !job.began) job.began = now;
}

std::vector<Turns::Id> Turns::take_expired(Time::time_point now) {
  std::vector<Id> out;
  for (const auto& job : waiting_)
    if (job.deadline <= now) out.push_back(job.id);
  waiting_.remove_if([&](const Job& job) { return job.deadline <= now; });
  return out;
}

// Whether it has had what it may have while others wait. What is left of a newcomer's patience is shared by those that
// have the place before it: there are as many rounds of them as the newcomers before it fill.
bool Turns::is_over(const Job& job, Time::time_point now) const {
  const auto since = job.began.value_or(job.started);
  const auto has_run = now - since;
  if (job.standing == Standing::suspect && job.began) return has_run >= shortest_run;
  auto may_run = job.may_run();
  std::size_t newcomers = 0;
  for (const auto& other : waiting_) {
    if (other.standing != Standing::good || !job.began) continue;
    const auto rounds = static_cast<Time::rep>(newcomers++ / places_ + 1);
    may_run = std::min(may_run, (other.entered + other.may_run() - since) / rounds);
  }
  return has_run >= std::max<Time::duration>(shortest_run, may_run);
}

bool Turns::has_impatient(Time::time_point now) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Job& j) { return j.standing == Standing::good && now - j.entered >= j.may_run(); });
}

// For those that wait and are not suspect, beside the places that are about to be free.
std::size_t Turns::wanted_places() const {
  const std::size_t innocents = waiting_.size() - suspects(waiting_);
  const auto ending = static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [](const Job& j) { return j.is_ending; }));
  return running_.size() < places_ || innocents <= ending ? 0 : innocents - ending;
}

std::vector<Turns::Id> Turns::end_some(Time::time_point now) {
  std::vector<Id> out;
  std::size_t wanted = wanted_places();
  const auto end_those = [&](const auto& may_be_ended) {
    for (auto& job : running_) {
      if (wanted == 0) return;
      if (job.is_ending || !is_over(job, now) || !may_be_ended(job)) continue;
      job.is_ending = true;
      out.push_back(job.id);
      --wanted;
    }
  };
  end_those([](const Job& job) { return job.standing == Standing::suspect; });
  // A young one may be about to make room by itself.
  const auto is_young = [&](const Job& job) { return !job.is_ending && !is_over(job, now); };
  if (has_impatient(now) || std::none_of(running_.begin(), running_.end(), is_young))
    end_those([](const Job&) { return true; });
  return out;
}

bool Turns::had_its_time(Id id, Time::duration ran) const {
  return std::any_of(running_.begin(), running_.end(), [&](const Job& j) { return j.id == id && ran >= j.share(); });
}

void Turns::leave(Id id, bool has_hung, Time::time_point now) {
  const auto job = std::find_if(running_.begin(), running_.end(), [&](const Job& j) { return j.id == id; });
  if (job == running_.end()) return;
  // One that never began was not slow.
  const bool was_ended = job->is_ending && job->began;
  if (has_hung || was_ended) hold_against(job->key, has_hung ? Standing::suspect : Standing::was_ended, now);
  running_.erase(job);
}

}  // namespace ostia::authority
