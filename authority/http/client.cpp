#include "http/client.hpp"

#include <boost/asio.hpp>

#include "http/exchange.hpp"

namespace ostia::authority {

namespace asio = boost::asio;

Result<HttpAnswer> perform(const HttpCall& call, const Egress& egress) {
  if (auto checked = check_call(call); !checked) return std::move(checked).error();
  Exchange exchange(call, egress);
  return exchange.result(curl_easy_perform(exchange.handle()));
}

asio::awaitable<Result<HttpAnswer>> HttpPool::send(HttpCall call) {
  if (waiting_ >= limit_)
    co_return Error{"temporarily_unavailable", "Too many calls to other servers at this moment", "pool_full", 503,
                    Fault::ours};
  ++waiting_;
  auto work = [this, call = std::move(call)]() -> asio::awaitable<std::optional<Result<HttpAnswer>>> {
    auto answer = perform(call, egress_);
    --waiting_;
    co_return std::optional(std::move(answer));
  };
  auto started = asio::co_spawn(threads_, work(), asio::use_awaitable);  // `work` holds the call until the end
  auto answer = co_await std::move(started);
  co_return *std::move(answer);
}

}  // namespace ostia::authority
