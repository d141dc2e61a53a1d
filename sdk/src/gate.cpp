#include "gate.hpp"

#include <algorithm>

namespace ostia::sdk {

std::shared_ptr<Gate> Gate::of(Loop& loop) {
  static constexpr char key = 0;
  return std::static_pointer_cast<Gate>(loop.attachment(&key, [&] { return std::make_shared<Gate>(loop); }));
}

bool Gate::has_room(const std::string& origin) const {
  const auto found = count_.find(origin);
  return inside_.size() < most && (found == count_.end() || found->second < most_of_an_origin);
}

void Gate::take(const std::string& origin, Ticket ticket) {
  inside_[ticket] = origin;
  ++count_[origin];
}

bool Gate::ask(const std::string& origin, Ticket& ticket, std::function<void()> enter) {
  ticket = ++last_;
  // Whoever waits already comes first.
  if (!waiting_.contains(origin) && has_room(origin)) return take(origin, ticket), true;
  waiting_[origin].push_back({ticket, std::move(enter)});
  waits_.insert(ticket);
  return false;
}

void Gate::leave(Ticket ticket) {
  if (waits_.erase(ticket) > 0) return;  // its turn will find that it is gone
  const auto found = inside_.extract(ticket);
  if (!found) return;
  if (--count_[found.mapped()] == 0) count_.erase(found.mapped());
  if (waiting_.empty() || std::exchange(is_posted_, true)) return;
  loop_.post([this] { let_in(); });
}

// One after the other, and each with its place before it is told: what it does may end others, or throw.
void Gate::let_in() {
  is_posted_ = false;
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    auto& queue = next->second;
    while (!queue.empty() && !waits_.contains(queue.front().ticket)) queue.pop_front();
    if (queue.empty()) {
      next = waiting_.erase(next);
      continue;
    }
    if (!has_room(next->first)) {
      ++next;
      continue;
    }
    const Waiting first = std::move(queue.front());
    queue.pop_front();
    waits_.erase(first.ticket);
    take(next->first, first.ticket);
    if (!std::exchange(is_posted_, true)) loop_.post([this] { let_in(); });
    return first.enter();
  }
}

}  // namespace ostia::sdk
