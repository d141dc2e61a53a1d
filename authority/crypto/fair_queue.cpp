#include "crypto/fair_queue.hpp"

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
  waiting_.emplace(std::pair(had, ++count_), Waiting{had, now, std::move(work), std::move(refuse)});
  if (waiting_.size() <= most_) return {};
  auto out = std::move(waiting_.extract(std::prev(waiting_.end())).mapped());
  return out;
}

std::optional<FairQueue::Waiting> FairQueue::next(double limit) {
  if (!has_next(limit)) return {};
  return std::move(waiting_.extract(waiting_.begin()).mapped());
}

}  // namespace ostia::authority
