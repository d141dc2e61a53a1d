#include "state/owed_writes.hpp"

#include "base/log.hpp"

namespace ostia::authority {

void OwedWrites::owe(std::vector<Statement> statements) {
  const std::lock_guard lock(mutex_);
  append(owed_, std::move(statements));
  is_owing_ = true;
}

std::vector<Statement> OwedWrites::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(owed_, {});
}

Async<Unit> OwedWrites::pay(Store& store) {
  if (!is_owing_) co_return Unit{};
  // Of several who come at once one pays; what the others write tells them whether anything can be written.
  std::vector<Statement> owed = take();
  std::vector<Statement> all = owed;
  all.push_back(
      {"INSERT INTO attempts (id, failures, updated_at) VALUES ('health', 0, 0) ON CONFLICT (id) DO UPDATE "
       "SET failures = attempts.failures + 1",
       {}});
  CO_AWAIT(auto paid, store.commit(std::move(all)));
  if (!paid && may_owe(paid.error())) {
    owe(std::move(owed));
    co_return std::move(paid).error();
  }
  if (!paid) log_event("error", "owed_writes_given_up", {{"what", paid.error().description}});
  const std::lock_guard lock(mutex_);
  if (owed_.empty()) is_owing_ = false;
  co_return Unit{};
}

}  // namespace ostia::authority
