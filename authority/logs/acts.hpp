// Entries of the log that tell of what is on the disk, on their way there: the answer waits for them.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace ostia::authority {

/// Of one request. Thread-safe.
class Acts {
 public:
  /// False: the answer has left already, and nobody will take them.
  bool add(std::vector<Statement>& statements) {
    const std::lock_guard lock(mutex_);
    if (is_over_) return false;
    append(statements_, std::move(statements));
    return true;
  }
  /// All of them, when the request is over.
  std::vector<Statement> take() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    return std::move(statements_);
  }

 private:
  std::mutex mutex_;
  std::vector<Statement> statements_;
  bool is_over_ = false;
};

}  // namespace ostia::authority
