// How a coroutine waits for an engine that works on threads of its own.
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <memory>

#include "store/store.hpp"

namespace ostia::authority {

using RowsReady = std::function<void(Result<Rows>)>;

/// Gives `start` what it is to call once, from any thread, and goes on where it was when that has happened.
template <class Start>
boost::asio::awaitable<Result<Rows>> await_rows(Start start) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Result<Rows>)>(
      [&](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared, executor](Result<Rows> result) {
          asio::post(executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
        });
      },
      asio::use_awaitable);
}

}  // namespace ostia::authority
