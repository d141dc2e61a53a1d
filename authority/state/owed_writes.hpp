// Writes that must not be lost because nothing could be written: a guess that was not counted would be one for nothing.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "store/store.hpp"

namespace ostia::authority {

class OwedWrites {
 public:
  /// Whether what failed so can be written later: nothing could be written at that moment, whatever it was.
  static bool may_owe(const Error& error) { return error.status == 503; }
  /// What could not be written, and is to be before anything else of its kind happens.
  void owe(std::vector<Statement> statements);
  /// Writes what is owed. The error: that is not possible yet, and so the caller is not to go on either. What turns out
  /// never to be possible is given up, since it would hold up everybody.
  Async<Unit> pay(Store& store);

 private:
  std::vector<Statement> take();

  std::mutex mutex_;
  std::vector<Statement> owed_;
  std::atomic<bool> is_owing_ = false;  ///< also while it is being paid
};

}  // namespace ostia::authority
