#include "fork_safe_mutex.hpp"

#include <pthread.h>

#include <new>

namespace ostia::sdk {

// All mutexes, in a list that is whole at the moment of a fork. It lives as long as the process.
struct Mutexes {
  std::mutex own;
  ForkSafeMutex* first = nullptr;

  static Mutexes& all() {
    static auto* mutexes = [] {
      pthread_atfork([] { all().own.lock(); }, [] { all().own.unlock(); }, [] { all().begin_anew(); });
      return new Mutexes;
    }();
    return *mutexes;
  }

  void add(ForkSafeMutex& one) {
    const std::lock_guard lock(own);
    one.next_ = first;
    if (first) first->before_ = &one;
    first = &one;
  }
  void remove(ForkSafeMutex& one) {
    const std::lock_guard lock(own);
    (one.before_ ? one.before_->next_ : first) = one.next_;
    if (one.next_) one.next_->before_ = one.before_;
  }
  void begin_anew() {
    for (auto* one = first; one; one = one->next_) new (&one->mutex_) std::mutex;
    own.unlock();
  }
};

ForkSafeMutex::ForkSafeMutex() { Mutexes::all().add(*this); }
ForkSafeMutex::~ForkSafeMutex() { Mutexes::all().remove(*this); }

}  // namespace ostia::sdk
