#include "store/contention.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <random>

namespace ostia::authority {

namespace asio = boost::asio;

asio::awaitable<bool> Contention::step_back() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int most_ms = std::min(4 << std::min(tries_++, 6), 200);
  const auto pause = std::chrono::microseconds(std::uniform_int_distribution<int>(0, most_ms * 1000)(random));
  const bool is_over = std::chrono::steady_clock::now() + pause >= until_;
  if (is_over) co_return false;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, pause);
  co_await timer.async_wait(asio::use_awaitable);
  co_return true;
}

}  // namespace ostia::authority
