// What happens again and again, each on a thread of its own, so that one that waits for something slow holds up no
// other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace ostia::authority {

class Periodic {
 public:
  Periodic() = default;
  ~Periodic() { stop(); }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Begins to call `work`, at once and then `pause` after each end; what it throws is logged as `event` and ends
  /// nothing.
  void start(std::string event, std::chrono::milliseconds pause, std::function<void()> work);
  /// Lets the next call come at once, or right after the one that is under way. Thread-safe.
  void wake();
  /// Returns when nothing is called any more.
  void stop();
  /// For work that takes long: whether it is to end. Thread-safe.
  [[nodiscard]] bool is_stopping();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_woken_ = false, is_stopping_ = false;
  std::thread thread_;
};

}  // namespace ostia::authority
