// Whether the store takes a write at this moment: what a load balancer asks often, and what is found out at most once a
// second.
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "store/store.hpp"

namespace ostia::authority {

class Readiness {
 public:
  /// The outcome of a small write, of this moment or of one within the last second. It comes within two seconds: a
  /// write that takes longer is an error.
  Async<Unit> ask(Store& store, std::int64_t now);

 private:
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::steady_timer;

  bool begin();
  bool is_recent() const;  // with the lock
  boost::asio::awaitable<void> try_write(Store& store, std::int64_t now);
  void finish(Status outcome);

  std::mutex mutex_;
  std::optional<Status> last_;
  Clock::time_point known_since_;
  std::optional<Clock::time_point> trying_since_;
  std::vector<std::shared_ptr<Timer>> waiting_;
};

}  // namespace ostia::authority
