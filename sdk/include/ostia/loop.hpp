// What runs started calls. There is no thread behind it: the program polls, from a loop of its own (Asio, Qt, GLib, a
// game's frame) or with `run`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "ostia/result.hpp"

namespace ostia {

namespace sdk {
class Call;
}

/// An event loop of one thread. `post` may be called from any thread; everything else by the thread that polls. It must
/// outlive the calls that were started on it.
class OSTIA_API Loop {
 public:
  using Clock = std::chrono::steady_clock;
  using Timer = std::uint64_t;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// The loop of objects that name no other. The program must poll it.
  static Loop& shared();

  /// Does what can be done without waiting. For programs that come by now and then, and for whoever watches
  /// `descriptor`.
  void poll();
  /// Waits for at most `longest` until there is something to do, and does it.
  void wait(std::chrono::milliseconds longest);
  /// Waits and does until no call is under way.
  void run();
  /// Calls under way.
  [[nodiscard]] std::size_t pending() const;
  /// Ends every call that is under way with `cancelled`, for a program that wants to leave.
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
  /// Has `task` called once at `when`.
  Timer at(Clock::time_point when, std::function<void()> task);
  void cancel(Timer timer);
  /// Something that lives as long as the loop, made at the first use of `key`.
  std::shared_ptr<void> attachment(const void* key, const std::function<std::shared_ptr<void>()>& make);

 private:
  friend class sdk::Call;
  void begin_call();                                              // from any thread
  void own_call(const void* call, std::function<void()> cancel);  // once it runs
  void end_call(const void* call);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A loop with a thread that runs it, for programs that want calls to go on by themselves. Completions are called on
/// that thread. Ends the thread when destroyed; calls under way end with `cancelled`.
class OSTIA_API LoopThread {
 public:
  LoopThread();
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  Loop& loop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ostia
