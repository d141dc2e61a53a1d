// A call that has not begun: the one engine behind the three forms that every networked method has.
//
//   auto user = auth.client().user_info(token);                                 // blocks
//   auth.client().async_user_info(token).start([](ostia::Result<ostia::UserProfile> user) { … });   // calls back
//   auto user = co_await auth.client().async_user_info(token);                  // in a coroutine
//
// Started calls run inside `Loop::poll` of the loop of their object (`Environment::loop`), on the thread that polls it.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "ostia/loop.hpp"
#include "ostia/result.hpp"

namespace ostia {

/// How long one call may take and how it is called off; the last argument of every networked method.
struct CallOptions {
  /// For the whole call, all its exchanges together; then it ends with `timeout`. Zero: 30 seconds, and for calls that
  /// wait for a person as long as their own options say.
  std::chrono::milliseconds timeout{0};
  /// When it asks to stop (from any thread), the call ends with `cancelled` and lets go of its connection.
  std::stop_token stop = {};
};

namespace detail {
/// Runs `begin` on a loop of this thread's own until it is done.
OSTIA_API void run_to_end(const std::function<void(Loop*, std::function<void()>)>& begin);
}  // namespace detail

/// A call of a method whose result is a `Result<T>`. It does nothing until it is started, awaited or waited for, each
/// at most once. It is also a coroutine type: a function that returns `Task<T>` may `co_await` tasks and `co_return` a
/// `T` or an `Error`.
template <class T>
class [[nodiscard]] Task {
 public:
  using Completion = std::function<void(Result<T>)>;
  /// Begins the call on a loop (null: its object's own); the completion is called once, from that loop's `poll`.
  using Begin = std::function<void(Loop*, Completion)>;
  struct promise_type;

  explicit Task(Begin begin) : begin_(std::move(begin)) {}

  /// Begins the call and returns. From any thread; the completion runs on the loop's.
  void start(Completion done) && { std::exchange(begin_, nullptr)(nullptr, std::move(done)); }
  /// The same, on a loop of the caller's choice.
  void start(Loop& loop, Completion done) && { std::exchange(begin_, nullptr)(&loop, std::move(done)); }

  /// Blocks the calling thread until the call ends. From any thread; other calls of that object may run meanwhile.
  Result<T> wait() && {
    std::optional<Result<T>> result;
    detail::run_to_end([&](Loop* loop, std::function<void()> done) {
      std::exchange(begin_, nullptr)(loop, [&result, done = std::move(done)](Result<T> r) {
        result.emplace(std::move(r));
        done();
      });
    });
    return *std::move(result);
  }

  /// What `co_await` uses; resumes on the loop's thread.
  class Awaiter {
   public:
    explicit Awaiter(Begin begin, Loop* loop = nullptr) : begin_(std::move(begin)), loop_(loop) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      // A local copy, because the coroutine may end, and this with it, before `begin` returns.
      const Begin begin = std::move(begin_);
      begin(loop_, [this, waiting](Result<T> r) {
        result_.emplace(std::move(r));
        waiting.resume();
      });
    }
    Result<T> await_resume() { return *std::move(result_); }

   private:
    Begin begin_;
    Loop* loop_;
    std::optional<Result<T>> result_;
  };
  Awaiter operator co_await() && { return Awaiter(std::exchange(begin_, nullptr)); }

 private:
  template <class U>
  friend class Task;
  Begin begin_;
};

template <class T>
struct Task<T>::promise_type {
  Loop* loop = nullptr;
  Completion done = nullptr;
  std::optional<Result<T>> result = std::nullopt;

  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
      Completion then = std::move(self.promise().done);
      Result<T> value = *std::move(self.promise().result);
      self.destroy();
      then(std::move(value));
    }
    void await_resume() const noexcept {}
  };

  Task get_return_object() {
    auto self = std::coroutine_handle<promise_type>::from_promise(*this);
    // The frame belongs to whoever holds the task until it starts, then to itself.
    auto owner = std::make_shared<Owner>(self);
    return Task([owner](Loop* on, Completion then) {
      auto handle = std::exchange(owner->handle, nullptr);
      handle.promise().loop = on;
      handle.promise().done = std::move(then);
      handle.resume();
    });
  }
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] Final final_suspend() const noexcept { return {}; }
  void return_value(Result<T> value) { result.emplace(std::move(value)); }
  void unhandled_exception() { std::terminate(); }
  template <class U>
  auto await_transform(Task<U> task) {
    return typename Task<U>::Awaiter(std::exchange(task.begin_, nullptr), loop);
  }

 private:
  struct Owner {
    std::coroutine_handle<promise_type> handle;
    explicit Owner(std::coroutine_handle<promise_type> h) : handle(h) {}
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() {
      if (handle) handle.destroy();
    }
  };
};

}  // namespace ostia
