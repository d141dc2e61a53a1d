// A mutex that a child process can take, whoever held it in the parent at the moment of `fork`: that thread does not
// exist in the child, and would hold it for ever.
#pragma once

#include <mutex>

namespace ostia::sdk {

class ForkSafeMutex {
 public:
  ForkSafeMutex();
  ~ForkSafeMutex();
  ForkSafeMutex(const ForkSafeMutex&) = delete;
  ForkSafeMutex& operator=(const ForkSafeMutex&) = delete;

  void lock() { mutex_.lock(); }
  bool try_lock() { return mutex_.try_lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  friend struct Mutexes;
  std::mutex mutex_;
  ForkSafeMutex *next_ = nullptr, *before_ = nullptr;  // all that there are
};

}  // namespace ostia::sdk
