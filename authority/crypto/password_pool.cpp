#include "crypto/password_pool.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio.hpp>

#include "crypto/crypto.hpp"
#include "crypto/password_work.hpp"

namespace ostia::authority {

namespace asio = boost::asio;

namespace {

Error too_busy() {
  return {"temporarily_unavailable", "Too many people are signing in at this moment. Try again in a few seconds.",
          "password_pool_full", 503, Fault::ours};
}

// One of the pool's threads at work. It gives way to those that serve: on Linux each thread has a niceness of its own.
class Place {
 public:
  explicit Place(std::atomic<unsigned>& waiting) : waiting_(waiting) {
    thread_local const int niced = setpriority(PRIO_PROCESS, 0, 15);
    (void)niced;
  }
  ~Place() { --waiting_; }  // however the work ends
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::atomic<unsigned>& waiting_;
};

}  // namespace

bool PasswordPool::enter() {
  if (++waiting_ <= limit_) return true;
  --waiting_;
  return false;
}

template <class T>
asio::awaitable<T> PasswordPool::run(std::function<T()> compute) {
  auto computing = [this, compute = std::move(compute)]() -> asio::awaitable<T> {
    const Place place{waiting_};
    co_return compute();
  };
  auto started =
      asio::co_spawn(pool_, computing(), asio::use_awaitable);  // `computing` holds the captures until the end
  co_return co_await std::move(started);
}

asio::awaitable<Result<bool>> PasswordPool::check(std::string password, std::string hash) {
  if (!enter()) co_return too_busy();
  CO_AWAIT(const bool good, run<bool>([password = std::move(password), hash = std::move(hash)] {
             return passes(work_for(hash), password);
           }));
  co_return good;
}

asio::awaitable<Result<bool>> PasswordPool::check_any(std::string password, std::vector<std::string> hashes) {
  if (!enter()) co_return too_busy();
  CO_AWAIT(const bool any, run<bool>([password = std::move(password), hashes = std::move(hashes)] {
             return std::any_of(hashes.begin(), hashes.end(),
                                [&](const auto& hash) { return check_password(password, hash); });
           }));
  co_return any;
}

asio::awaitable<Result<std::string>> PasswordPool::hash(std::string password) {
  if (!enter()) co_return too_busy();
  CO_AWAIT(std::string hash, run<std::string>([password = std::move(password)] { return hash_password(password); }));
  co_return hash;
}

}  // namespace ostia::authority
