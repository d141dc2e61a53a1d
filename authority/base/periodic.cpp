#include "base/periodic.hpp"

#include "base/log.hpp"

namespace ostia::authority {

void Periodic::start(std::string event, std::chrono::milliseconds pause, std::function<void()> work) {
  thread_ = std::thread([this, event = std::move(event), pause, work = std::move(work)] {
    while (!is_stopping()) {
      run_guarded(event, work);
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, pause, [this] { return is_woken_ || is_stopping_; });
      is_woken_ = false;
    }
  });
}

void Periodic::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  changed_.notify_one();
}

void Periodic::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Periodic::is_stopping() {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

}  // namespace ostia::authority
