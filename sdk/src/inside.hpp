// What the SDK itself asks of a loop, and programs do not.
#pragma once

#include "ostia/loop.hpp"

namespace ostia::sdk {

/// How many forks lie between this process and the first one that used the SDK. Whatever was made at another number is
/// the parent's.
unsigned process_generation();

/// From now on, saturating: as soon as possible for what is over, never for what is further off than a clock can say.
Loop::Clock::time_point after(std::chrono::milliseconds time);

struct Inside {
  /// Counts a call and has `run` called from `poll`; `call_off` is what `cancel_calls` does. From any thread.
  static void begin_call(Loop& loop, const void* call, std::function<void()> run, std::function<void()> call_off);
  static void end_call(Loop& loop, const void* call);
  /// Whether the loop is about to go: what begins now is called off.
  static bool is_closing(Loop& loop);
  /// Has `task` called in a child process, before the loop begins anew there: what it holds is the parent's, too.
  static void when_forked(Loop& loop, std::function<void()> task);
};

}  // namespace ostia::sdk
