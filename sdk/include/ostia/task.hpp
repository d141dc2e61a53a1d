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
  /// For the whole call, all its exchanges together; then it ends with `timeout`. Any length will do. Negative: it is
  /// over already. Zero: 30 seconds without the wait for other calls of the loop, and for calls that wait for a person
  /// as long as their own options say. What must not be lost half-way, such as the renewal of a token, ends later, by
  /// the transport's own time.
  std::chrono::milliseconds timeout{0};
  /// When it asks to stop (from any thread), the call ends with `cancelled` and lets go of its connection.
  std::stop_token stop = {};
};

namespace detail {
/// Runs `begin` on a loop of this thread's own until it is done.
OSTIA_API void run_to_end(const std::function<void(Loop*, std::function<void()>)>& begin);
/// What a completion throws where nothing may be thrown, until the coroutine that it is the end of has returned.
OSTIA_API void keep_exception() noexcept;
OSTIA_API void rethrow_kept();
/// Says what the program did wrong and ends it.
[[noreturn]] OSTIA_API void misuse(const char* what);
OSTIA_API Error used_task_error();
/// What a task gives that was started before, or moved from. In a program with assertions, its end.
inline Error used_task() {
#ifndef NDEBUG
  misuse("a task was started, awaited or waited for a second time, or after it was moved from");
#else
  return used_task_error();
#endif
}
OSTIA_API Error lost_call(const char* how);
OSTIA_API Error thrown_in_coroutine();

/// `done`, to be called once whatever happens: a call that is dropped with its completion, by a loop that goes, say,
/// has an outcome, too.
template <class T>
std::function<void(Result<T>)> once(std::function<void(Result<T>)> done) {
  struct Owed {
    std::function<void(Result<T>)> done;
    explicit Owed(std::function<void(Result<T>)> d) : done(std::move(d)) {}
    Owed(const Owed&) = delete;
    Owed& operator=(const Owed&) = delete;
    ~Owed() { pay(lost_call("Its completion was dropped")); }
    void pay(Result<T> result) {
      if (const auto to = std::exchange(done, nullptr)) to(std::move(result));
    }
  };
  return [owed = std::make_shared<Owed>(std::move(done))](Result<T> result) { owed->pay(std::move(result)); };
}
}  // namespace detail

/// A call of a method whose result is a `Result<T>`. It does nothing until it is started, awaited or waited for, which
/// is once: a second time gives the error `invalid_option` with the reason `task_used` (in programs with assertions, it
/// ends them with a message). Once it is started, its completion is called once, whatever is destroyed or cancelled
/// meanwhile. An exception in a coroutine is the outcome `exception` of its task. It is also a coroutine type: a
/// function that returns `Task<T>` may `co_await` tasks and `co_return` a `T` or an `Error`.
template <class T>
class [[nodiscard]] Task {
 public:
  using Completion = std::function<void(Result<T>)>;
  /// Begins the call on a loop (null: its object's own); the completion is called once, from that loop's `poll`.
  using Begin = std::function<void(Loop*, Completion)>;
  struct promise_type;

  explicit Task(Begin begin) : begin_(std::move(begin)) {}

  /// Begins the call and returns. From any thread; the completion runs on the loop's.
  void start(Completion done) && { begin(nullptr, std::move(done)); }
  /// The same, on a loop of the caller's choice.
  void start(Loop& loop, Completion done) && { begin(&loop, std::move(done)); }

  /// Blocks the calling thread until the call ends. From any thread; other calls of that object may run meanwhile.
  Result<T> wait() && {
    std::optional<Result<T>> result;
    detail::run_to_end([&](Loop* loop, std::function<void()> done) {
      begin(loop, [&result, done = std::move(done)](Result<T> r) {
        result.emplace(std::move(r));
        done();
      });
    });
    if (!result) return detail::lost_call("The process was forked in the middle of it, and this is the child");
    return *std::move(result);
  }

  /// What `co_await` uses; resumes on the loop's thread.
  class Awaiter {
   public:
    explicit Awaiter(Begin begin, Loop* loop = nullptr) : begin_(std::move(begin)), loop_(loop) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      // A local copy, because the coroutine may end, and this with it, before `begin` returns.
      const Begin begin = std::move(begin_);
      if (!begin) {
        result_.emplace(detail::used_task());
        return false;
      }
      begin(loop_, detail::once<T>([this, waiting](Result<T> r) {
              result_.emplace(std::move(r));
              waiting.resume();
              detail::rethrow_kept();
            }));
      return true;
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
  void begin(Loop* loop, Completion done) {
    const Begin how = std::exchange(begin_, nullptr);
    if (how) return how(loop, detail::once<T>(std::move(done)));
    if (!loop) return done(detail::used_task());
    loop->post([done = std::move(done), error = detail::used_task()] { done(error); });
  }
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
#ifdef __cpp_exceptions
      try {
        then(std::move(value));
      } catch (...) {
        detail::keep_exception();
      }
#else
      then(std::move(value));
#endif
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
      detail::rethrow_kept();
    });
  }
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] Final final_suspend() const noexcept { return {}; }
  void return_value(Result<T> value) { result.emplace(std::move(value)); }
  void unhandled_exception() { result.emplace(detail::thrown_in_coroutine()); }
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
