#include "accounts/password_pool.hpp"

#include <boost/asio.hpp>

#include "crypto/crypto.hpp"

namespace ostia::authority {

namespace asio = boost::asio;

boost::asio::awaitable<Result<bool>> PasswordPool::check(std::string password, std::string hash) {
  if (++waiting_ > limit_) {
    --waiting_;
    co_return Error{"temporarily_unavailable",
                    "Too many people are signing in at this moment. Try again in a few seconds.", "password_pool_full",
                    503, Fault::ours};
  }
  static const std::string nobodys_hash = hash_password(random_id());
  auto work = [this, password = std::move(password), hash = std::move(hash)]() -> asio::awaitable<bool> {
    const bool good = check_password(password, hash.empty() ? nobodys_hash : hash) && !hash.empty();
    --waiting_;
    co_return good;
  };
  auto started = work();  // not within the co_await: g++ 12 would free the captures twice
  auto good_task = asio::co_spawn(pool_, std::move(started), asio::use_awaitable);
  const bool good = co_await std::move(good_task);
  co_return good;
}

}  // namespace ostia::authority
