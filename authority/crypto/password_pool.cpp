#include "crypto/password_pool.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <limits>

#include "base/log.hpp"
#include "crypto/crypto.hpp"
#include "crypto/password_work.hpp"

namespace ostia::authority {

namespace asio = boost::asio;

namespace {

using Time = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(10);
constexpr std::size_t most_waiting_a_thread = 32;
constexpr double little = 3,
                 everything = std::numeric_limits<double>::infinity();  // hashes, as `FairQueue` counts them
constexpr int background = 10, foreground = 0;  // niceness: a machine that is full leaves a tenth of a processor

Error too_busy() {
  return {"temporarily_unavailable", "Too many people are signing in at this moment. Try again in a few seconds.",
          "password_pool_full", 503, Fault::ours};
}

}  // namespace

PasswordPool::PasswordPool(unsigned threads) : queue_(threads * most_waiting_a_thread) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(everything, background); });
  for (unsigned i = 0; i < std::max(1U, threads / 2); ++i) threads_.emplace_back([this] { work(little, foreground); });
}

PasswordPool::~PasswordPool() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

// One thread at work. On Linux each has a niceness of its own. Whoever takes work tells those that have waited too
// long.
void PasswordPool::work(double limit, int niceness) {
  setpriority(PRIO_PROCESS, 0, niceness);
  for (;;) {
    std::optional<FairQueue::Waiting> next;
    std::vector<FairQueue::Waiting> late;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return is_stopping_ || queue_.has_next(limit); });
      if (is_stopping_) return;
      late = queue_.take_expired(Time::now() - patience);
      next = queue_.next(limit);
    }
    for (const auto& one : late) run_guarded("password_work_failed", one.refuse);
    if (next) run_guarded("password_work_failed", next->work);
  }
}

void PasswordPool::enqueue(const Asker& asker, std::function<void()> work, std::function<void()> refuse) {
  std::optional<FairQueue::Waiting> refused;
  {
    const std::lock_guard lock(mutex_);
    refused = queue_.add(asker, std::move(work), std::move(refuse), Time::now());
  }
  changed_.notify_all();
  if (refused) refused->refuse();
}

template <class T>
Async<T> PasswordPool::run(Asker asker, std::function<T()> compute) {
  auto executor = co_await asio::this_coro::executor;
  ++waiting_;
  auto result = co_await asio::async_initiate<decltype(asio::use_awaitable), void(Result<T>)>(
      [&](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto done = [this, shared, executor](Result<T> answer) {
          --waiting_;
          asio::post(executor, [shared, answer = std::move(answer)]() mutable { (*shared)(std::move(answer)); });
        };
        enqueue(
            asker,
            [done, compute = std::move(compute)] {
              Result<T> answer = too_busy();
              run_guarded("password_work_failed", [&] { answer = compute(); });
              done(std::move(answer));
            },
            [done] { done(too_busy()); });
      },
      asio::use_awaitable);
  co_return result;
}

Async<bool> PasswordPool::check(Asker asker, std::string password, std::string hash) {
  CO_RETURN(run<bool>(std::move(asker), [password = std::move(password), hash = std::move(hash)] {
    return passes(work_for(hash), password);
  }));
}

Async<bool> PasswordPool::check_any(Asker asker, std::string password, std::vector<std::string> hashes) {
  CO_RETURN(run<bool>(std::move(asker), [password = std::move(password), hashes = std::move(hashes)] {
    return std::any_of(hashes.begin(), hashes.end(), [&](const auto& hash) { return check_password(password, hash); });
  }));
}

Async<std::string> PasswordPool::hash(Asker asker, std::string password) {
  CO_RETURN(run<std::string>(std::move(asker), [password = std::move(password)] { return hash_password(password); }));
}

}  // namespace ostia::authority
