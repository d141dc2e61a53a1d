// Of several nodes on one database one does a thing at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "store/store.hpp"

namespace ostia::authority {

/// Whose turn it is. The node that has it counts a number in `revisions` on; one that sees it stand still for a while
/// takes over, and one that ends in good order leaves it free, as a number that is not positive. No clock of one
/// machine is compared with another's. Thread-safe.
class Turn {
 public:
  /// `name`: of a row of `revisions`.
  Turn(Store& store, std::string name) : store_(store), name_(std::move(name)) {}
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Asked at least every few seconds. It may ask the store, and waits for it.
  bool is_ours();

 private:
  using Steady = std::chrono::steady_clock;
  bool look(Steady::time_point now);
  bool count_on(Steady::time_point now);

  Store& store_;
  const std::string name_;
  std::mutex mutex_;
  std::int64_t seen_ = 0;  // the number as it was when this node last looked
  Steady::time_point seen_at_, asked_at_;
  bool has_looked_ = false, is_ours_ = false;
};

}  // namespace ostia::authority
