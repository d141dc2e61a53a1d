// How those who change the same thing at once get out of each other's way.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace ostia::authority {

/// For whoever reads, changes, and finds on writing (`store_unmatched`) that somebody else was first: one object for
/// all tries of one change.
class Contention {
 public:
  /// Waits a moment, at random and longer each time. False: it has gone on for too long.
  boost::asio::awaitable<bool> step_back();

 private:
  int tries_ = 0;
  const std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + std::chrono::seconds(8);
};

}  // namespace ostia::authority
