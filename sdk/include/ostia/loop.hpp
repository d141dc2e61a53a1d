// What runs started calls. There is no thread behind it: the program polls, from a loop of its own (Asio, Qt, GLib, a
// game's frame) or with `run`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "ostia/result.hpp"

namespace ostia {

namespace sdk {
struct Inside;
}

/// An event loop of one thread. `post` may be called from any thread; everything else by the thread that polls.
///
/// Every call that was started on it ends once. When the loop is destroyed, and it may be in a completion of its own,
/// those under way end with `cancelled`, also those that their completions begin, except for what must not be lost
/// half-way, such as the renewal of a token: that is waited for, at most as long as the transport lets an exchange
/// take.
///
/// An exception that leaves a completion, a posted task, a timer or a watch leaves `poll`. What else was to be done
/// then is done by the next `poll`, and `descriptor` says that there is something. Where the loop is being destroyed it
/// has nowhere to go, and is dropped; out of a `LoopThread` it ends the program, as out of any thread.
///
/// In a child process after fork() a loop begins anew at its first use, under the same descriptor: its calls and
/// connections are the parent's, and go on there and only there.
class OSTIA_API Loop {
 public:
  using Clock = std::chrono::steady_clock;
  using Timer = std::uint64_t;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// The loop of objects that name no other. The program must poll it. It lives as long as the process: what is under
  /// way when that ends has no outcome (`cancel_calls` and `run` first, for a program that wants one).
  static Loop& shared();

  /// Does what can be done without waiting. For programs that come by now and then, and for whoever watches
  /// `descriptor`.
  void poll();
  /// Waits for at most `longest` until there is something to do, and does it. Zero and less: does not wait.
  void wait(std::chrono::milliseconds longest);
  /// Waits and does until no call is under way.
  void run();
  /// Calls under way.
  [[nodiscard]] std::size_t pending() const;
  /// Ends every call that is under way with `cancelled`, for a program that wants to leave; not those that must not be
  /// lost half-way (`run` waits for them).
  void cancel_calls();

  /// A file descriptor that is readable whenever `poll` has something to do, for select, poll, epoll, Asio's
  /// `posix::stream_descriptor`, Qt's QSocketNotifier, GLib's `g_unix_fd_add`.
  [[nodiscard]] int descriptor() const;

  /// Has `task` called from `poll`. From any thread.
  void post(std::function<void()> task);

  // For transports and browsers that are the program's own.

  /// Has `ready` called when `descriptor` is ready for `events` (EPOLLIN, EPOLLOUT); again replaces. Level-triggered.
  void watch(int descriptor, std::uint32_t events, std::function<void(std::uint32_t events)> ready);
  void unwatch(int descriptor);
  /// Has `task` called once at `when`; at `Clock::time_point::max()`, never.
  Timer at(Clock::time_point when, std::function<void()> task);
  void cancel(Timer timer);
  /// Something that lives as long as the loop, made at the first use of `key`.
  std::shared_ptr<void> attachment(const void* key, const std::function<std::shared_ptr<void>()>& make);

 private:
  friend struct sdk::Inside;
  friend class LoopThread;
  struct Impl;
  Impl& current() const;
  void end();

  mutable std::atomic<unsigned> born_;  // the process, counted in forks
  mutable std::shared_ptr<Impl> impl_;
};

/// A loop with a thread that runs it, for programs that want calls to go on by themselves. Completions are called on
/// that thread. Ends the thread when destroyed; calls under way end as `Loop` says. It may be destroyed in a completion
/// of its own: the thread then ends once that returns. In a child process after fork() the thread starts anew with the
/// first call.
class OSTIA_API LoopThread {
 public:
  LoopThread();
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  Loop& loop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace ostia
