#include "store/turn.hpp"

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;

constexpr auto between = 5s;    // two looks at the number
constexpr auto standing = 20s;  // who has not counted on for so long has gone

}  // namespace

Turn::~Turn() {
  if (is_ours_)
    (void)store_.commit_now({{"UPDATE revisions SET value = -value WHERE name = $1 AND value = $2", {name_, seen_}}})
        .has_value();
}

bool Turn::is_ours() {
  const std::lock_guard lock(mutex_);
  const auto now = Steady::now();
  if (has_looked_ && now < asked_at_ + between) return is_ours_;
  asked_at_ = now;
  is_ours_ = (is_ours_ && count_on(now)) || (look(now) && count_on(now));
  return is_ours_;
}

// Whether it may be taken.
bool Turn::look(Steady::time_point now) {
  const auto rows = store_.commit_now({{"SELECT value FROM revisions WHERE name = $1", {name_}}});
  if (!rows || rows->empty()) return false;
  const std::int64_t value = int_at(rows->first(), 0);
  if (!std::exchange(has_looked_, true) || value != seen_) seen_at_ = now;
  seen_ = value;
  return value <= 0 || now >= seen_at_ + standing;
}

// Only from the number that this node has seen: of two that try at once one wins.
bool Turn::count_on(Steady::time_point now) {
  const auto counted =
      store_.commit_now({{"UPDATE revisions SET value = CASE WHEN value > 0 THEN value ELSE -value "
                          "END + 1 WHERE name = $1 AND value = $2 RETURNING value",
                          {name_, seen_}}});
  if (!counted || counted->empty()) return false;
  seen_ = int_at(counted->first(), 0);
  seen_at_ = now;
  return true;
}

}  // namespace ostia::authority
