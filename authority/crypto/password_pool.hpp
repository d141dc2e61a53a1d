// Password hashes are made and checked here, on threads of their own, so that a burst of logins never stalls what the
// event loops serve. Networks take queue, so that a burst of one keeps nobody else waiting. The queue is bounded in
// length and in time: beyond it the answer is "busy".
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/async.hpp"
#include "crypto/fair_queue.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

class PasswordPool {
 public:
  /// `threads` for all, which give way to those that serve, and half as many for who has had little.
  explicit PasswordPool(unsigned threads);
  ~PasswordPool();
  PasswordPool(const PasswordPool&) = delete;
  PasswordPool& operator=(const PasswordPool&) = delete;

  /// Whether the password is the one of `hash`; with an empty hash, takes the same time and says no. The error is 503
  /// `password_pool_full`.
  Async<bool> check(Asker asker, std::string password, std::string hash);
  /// The same for several hashes: whether it is the password of any.
  Async<bool> check_any(Asker asker, std::string password, std::vector<std::string> hashes);
  /// A hash to keep. The error is as above.
  Async<std::string> hash(Asker asker, std::string password);

  /// How many are being computed, or wait.
  [[nodiscard]] unsigned waiting() const { return waiting_; }

 private:
  template <class T>
  Async<T> run(Asker asker, std::function<T()> compute);
  void enqueue(const Asker& asker, std::function<void()> work, std::function<void()> refuse);
  void work(double limit, int niceness);

  std::mutex mutex_;
  std::condition_variable changed_;
  FairQueue queue_;
  bool is_stopping_ = false;
  std::atomic<unsigned> waiting_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace ostia::authority
