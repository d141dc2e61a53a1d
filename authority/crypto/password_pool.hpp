// Password hashes are made and checked here, on threads of their own, so that a burst of logins never stalls what the
// event loops serve. The queue is bounded: beyond it the answer is "busy", at once.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/async.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

class PasswordPool {
 public:
  explicit PasswordPool(unsigned threads) : pool_(threads), limit_(threads * 32) {}
  ~PasswordPool() { pool_.join(); }

  /// Whether the password is the one of `hash`; with an empty hash, takes the same time and says no. The error is
  /// `too_busy`.
  boost::asio::awaitable<Result<bool>> check(std::string password, std::string hash);
  /// The same for several hashes: whether it is the password of any.
  boost::asio::awaitable<Result<bool>> check_any(std::string password, std::vector<std::string> hashes);
  /// A hash to keep. The error is as above.
  boost::asio::awaitable<Result<std::string>> hash(std::string password);

  /// How many are being computed, or wait.
  [[nodiscard]] unsigned waiting() const { return waiting_; }

 private:
  [[nodiscard]] bool enter();
  template <class T>
  boost::asio::awaitable<T> run(std::function<T()> compute);

  boost::asio::thread_pool pool_;
  std::atomic<unsigned> waiting_ = 0;
  unsigned limit_;
};

}  // namespace ostia::authority
