// Operations as coroutines that await effects. An operation reads top to bottom like the protocol that it follows; its
// host drives it: `step()` runs until the next effect, which the host performs and hands back as an answer.
//
//   Operation<int> op(some_task(...));
//   Answer answer;
//   while (const Effect* effect = op.step(std::move(answer))) answer = host.perform(*effect);
//   op.result();
//
// Rules, because g++ 12 loses track of temporaries that live across a suspension (it copies them bit by bit or destroys
// them twice): coroutine parameters are taken by value, and what follows `co_await` is a named object, an effect or a
// task, made in a statement of its own. `make lint` looks for anything else.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "ostia/engine/effects.hpp"

namespace ostia {

/// The place where one running operation and its host meet.
struct Exchange {
  std::coroutine_handle<> waiting;
  std::optional<Effect> effect;
  Answer answer;
};

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct Finished {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle self) noexcept {
      if (self.promise().parent) return self.promise().parent;
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  template <class E>
  struct Asking {
    Exchange* exchange;
    bool await_ready() noexcept { return false; }
    void await_suspend(Handle self) noexcept { exchange->waiting = self; }
    typename E::Answer await_resume() noexcept {
      auto* answer = std::get_if<typename E::Answer>(&exchange->answer);
      if (!answer) __builtin_trap();  // the host answered another question
      return std::move(*answer);
    }
  };

  template <class U>
  struct Calling {
    typename Task<U>::Handle child;
    Exchange* exchange;
    bool await_ready() noexcept { return false; }
    typename Task<U>::Handle await_suspend(Handle self) noexcept {
      child.promise().parent = self;
      child.promise().exchange = exchange;
      return child;
    }
    U await_resume() noexcept { return std::move(*child.promise().value); }
  };

  struct promise_type {
    Exchange* exchange = nullptr;
    std::coroutine_handle<> parent;
    std::optional<T> value;

    Task get_return_object() noexcept { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Finished final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { __builtin_trap(); }
    template <class V>
    void return_value(V&& v) {
      value.emplace(std::forward<V>(v));
    }
    template <class E>
      requires requires { typename E::Answer; }
    Asking<E> await_transform(E effect) noexcept {
      exchange->effect.emplace(std::move(effect));
      return {exchange};
    }
    template <class U>
    Calling<U> await_transform(Task<U>& task) noexcept {
      return {task.handle_, exchange};
    }
    template <class U>
    Calling<U> await_transform(Task<U>&& task) noexcept {
      return {task.handle_, exchange};
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

 private:
  template <class>
  friend class Task;
  template <class>
  friend class Operation;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Handle handle_;
};

/// One run of a task, driven by a host. Not thread-safe; destroying it abandons the run.
template <class T>
class Operation {
 public:
  explicit Operation(Task<T> task) : task_(std::move(task)) {
    task_.handle_.promise().exchange = &exchange_;
    exchange_.waiting = task_.handle_;
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// Runs on with the answer to the last effect (ignored on the first call) until the next effect; null once finished.
  const Effect* step(Answer answer) {
    exchange_.answer = std::move(answer);
    exchange_.effect.reset();
    exchange_.waiting.resume();
    return exchange_.effect ? &*exchange_.effect : nullptr;
  }

  /// The outcome, once `step` has returned null.
  T& result() { return *task_.handle_.promise().value; }

 private:
  Exchange exchange_;
  Task<T> task_;
};

/// Runs a task to its end on a host that can perform every effect at once.
template <class T, class Host>
T run(Task<T> task, Host& host) {
  Operation<T> operation(std::move(task));
  Answer answer;
  while (const Effect* effect = operation.step(std::move(answer)))
    answer = std::visit([&](const auto& e) { return Answer(host.perform(e)); }, *effect);
  return std::move(operation.result());
}

}  // namespace ostia
