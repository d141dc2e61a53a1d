// For programs with Asio (Boost's or the lone one; include it first, and say which with OSTIA_ASIO, else boost::asio):
//
//   ostia::asio::Driver driver(io_context, loop);             // started calls run on the io_context
//   auto user = *co_await ostia::asio::run(auth.client().async_user_info(token), boost::asio::use_awaitable);
#pragma once

#include <memory>

#include "ostia/task.hpp"

#ifndef OSTIA_ASIO
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#define OSTIA_ASIO boost::asio
#define OSTIA_ASIO_ERROR boost::system::error_code
#endif

namespace ostia::asio {

/// Polls `loop` whenever it has something to do, on the executor's thread; that executor must not run on several
/// threads at once. Lives no longer than the loop, and may go in a completion. An exception that leaves a completion
/// leaves the context's `run`; what else is to be done is done when that goes on.
class Driver {
 public:
  template <class Context>
  Driver(Context& context, Loop& loop) : state_(std::make_shared<State>(context, loop)) {
    watch(state_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    state_->ended = true;
    state_->descriptor.release();  // the loop's own; only the watching ends
  }

 private:
  struct State {
    template <class Context>
    State(Context& context, Loop& l) : descriptor(context, l.descriptor()), loop(l) {}
    OSTIA_ASIO::posix::stream_descriptor descriptor;
    Loop& loop;
    bool ended = false;
  };
  // However `poll` ends.
  struct Again {
    const std::shared_ptr<State>& state;
    ~Again() {
      if (!state->ended) watch(state);
    }
  };
  static void watch(const std::shared_ptr<State>& state) {
    state->descriptor.async_wait(OSTIA_ASIO::posix::stream_descriptor::wait_read,
                                 [state](const OSTIA_ASIO_ERROR& error) {
                                   if (error || state->ended) return;
                                   const Again again{state};
                                   state->loop.poll();
                                 });
  }
  std::shared_ptr<State> state_;
};

/// Starts `task` for any completion token; the completion signature is `void(std::shared_ptr<Result<T>>)`,
/// because Asio wants results that can be made from nothing.
template <class T, class Token>
auto run(Task<T> task, Token&& token) {
  return OSTIA_ASIO::async_initiate<Token, void(std::shared_ptr<Result<T>>)>(
      [](auto handler, Task<T> started) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        std::move(started).start([shared](Result<T> result) {
          auto executor = OSTIA_ASIO::get_associated_executor(*shared);
          OSTIA_ASIO::post(executor, [shared, kept = std::make_shared<Result<T>>(std::move(result))]() mutable {
            std::move (*shared)(std::move(kept));
          });
        });
      },
      token, std::move(task));
}

}  // namespace ostia::asio
