#include "crypto/fair_queue.hpp"

#include <algorithm>
#include <cmath>

namespace ostia::authority {
namespace {

constexpr std::size_t most_shares = 16'384;

double faded(double had, FairQueue::Time since, FairQueue::Time now) {
  return had * std::exp2(-std::chrono::duration<double>(now - since) / FairQueue::half_life);
}

}  // namespace

// What the network has had so far; from now on it has had one more.
double FairQueue::take_note(const std::string& network, Time now) {
  if (shares_.size() >= most_shares) forget_faded(now);
  Share& share = shares_[network];
  const double had = faded(share.had, share.at, now);
  share = {had + 1, now};
  return had;
}

void FairQueue::forget_faded(Time now) {
  std::erase_if(shares_, [&](const auto& s) { return faded(s.second.had, s.second.at, now) < 0.5; });
  if (shares_.size() >= most_shares) shares_.clear();  // all of them have had little
}

std::optional<FairQueue::Waiting> FairQueue::add(const Asker& asker, std::function<void()> work,
                                                 std::function<void()> refuse, Time now) {
  const double had = take_note(asker.network, now) - (asker.is_known ? allowance_of_known : 0);
  const auto place = now + std::chrono::duration_cast<Time::duration>(had * penalty);
  waiting_.emplace(std::pair(place, ++count_), Waiting{had, now, std::move(work), std::move(refuse)});
  if (waiting_.size() <= most_) return {};
  auto out = std::move(waiting_.extract(std::prev(waiting_.end())).mapped());
  return out;
}

bool FairQueue::has_next(double limit) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& w) { return w.second.had < limit; });
}

std::optional<FairQueue::Waiting> FairQueue::next(double limit) {
  const auto first =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& w) { return w.second.had < limit; });
  if (first == waiting_.end()) return {};
  return std::move(waiting_.extract(first).mapped());
}

std::vector<FairQueue::Waiting> FairQueue::take_expired(Time then) {
  std::vector<Waiting> out;
  for (auto at = waiting_.begin(); at != waiting_.end();)
    if (const auto here = at++; here->second.since < then) out.push_back(std::move(waiting_.extract(here).mapped()));
  return out;
}

}  // namespace ostia::authority
