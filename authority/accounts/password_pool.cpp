#include "accounts/password_pool.hpp"

#include <sys/resource.h>

#include <boost/asio.hpp>

#include "crypto/crypto.hpp"

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

asio::awaitable<Result<bool>> PasswordPool::check(std::string password, std::string hash) {
  if (!enter()) co_return too_busy();
  static const std::string nobodys_hash = hash_password(random_id());
  auto work = [this, password = std::move(password), hash = std::move(hash)]() -> asio::awaitable<bool> {
    const Place place{waiting_};
    co_return check_password(password, hash.empty() ? nobodys_hash : hash) && !hash.empty();
  };
  auto started = asio::co_spawn(pool_, work(), asio::use_awaitable);  // `work` holds the captures until the end
  const bool good = co_await std::move(started);
  co_return good;
}

asio::awaitable<Result<bool>> PasswordPool::check_any(std::string password, std::vector<std::string> hashes) {
  if (!enter()) co_return too_busy();
  auto work = [this, password = std::move(password), hashes = std::move(hashes)]() -> asio::awaitable<bool> {
    const Place place{waiting_};
    bool any = false;
    for (const auto& hash : hashes) any = any || check_password(password, hash);
    co_return any;
  };
  auto started = asio::co_spawn(pool_, work(), asio::use_awaitable);
  const bool any = co_await std::move(started);
  co_return any;
}

asio::awaitable<Result<std::string>> PasswordPool::hash(std::string password) {
  if (!enter()) co_return too_busy();
  auto work = [this, password = std::move(password)]() -> asio::awaitable<std::string> {
    const Place place{waiting_};
    co_return hash_password(password);
  };
  auto started = asio::co_spawn(pool_, work(), asio::use_awaitable);
  std::string hash = co_await std::move(started);
  co_return hash;
}

}  // namespace ostia::authority
