#include "store/in_time.hpp"

#include <boost/asio.hpp>
#include <memory>
#include <optional>

namespace ostia::authority {
namespace {

namespace asio = boost::asio;

struct Waiting {
  asio::steady_timer timer;
  std::optional<Result<Rows>> answer;
};

asio::awaitable<void> ask(Store& store, Statement statement, std::shared_ptr<Waiting> waiting) {
  CO_AWAIT(auto answer, store.query(std::move(statement)));
  waiting->answer = std::move(answer);
  waiting->timer.cancel();
}

}  // namespace

Async<Rows> query_in_time(Store& store, Statement statement, std::chrono::milliseconds patience) {
  auto executor = co_await asio::this_coro::executor;
  auto waiting = std::make_shared<Waiting>(asio::steady_timer(executor, patience), std::nullopt);
  asio::co_spawn(executor, ask(store, std::move(statement), waiting), asio::detached);
  auto& timer = waiting->timer;
  boost::system::error_code cancelled;
  if (!waiting->answer) co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (waiting->answer) co_return *std::move(waiting->answer);
  co_return Error{"temporarily_unavailable", "The database does not answer. Try again in a few seconds.",
                  "store_unavailable", 503, Fault::ours};
}

}  // namespace ostia::authority
