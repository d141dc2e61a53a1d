// The log: one JSON object a line on standard error. Callers pass what is no secret; there is no place for a token
// here.
#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// Thread-safe. `level` is `info`, `warning` or `error`.
void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, json::Value>> fields = {});

/// While there is one, nobody who logs waits for whoever reads standard error: lines stand in a queue of a bounded
/// size. What it has no room for is counted, and told of by a line `log_lines_dropped` as soon as lines pass again.
/// Without one, in programs that do one thing and end, lines are written at once. One at a time.
class LogQueue {
 public:
  LogQueue();
  /// What waits is written, if that takes no longer than a second.
  ~LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;
};

/// For whoever sits at the terminal: `text` as it is, among the log's lines; or, after all of these, on standard
/// output.
void tell_person(std::string_view text);
void tell_program(std::string_view text);

/// Lines that nobody will read, since the program started.
std::uint64_t log_lines_dropped();

/// Where standard error is a file that has been moved away, a new one of its old name takes its place. A line says so,
/// or why not.
void reopen_log();

/// Runs `work` on a thread of the program's own; what it throws is logged as `event` and ends nothing else.
template <class Work>
void run_guarded(std::string_view event, Work&& work) {
  try {
    work();
  } catch (const std::exception& e) {
    log_event("error", event, {{"what", e.what()}});
  }
}

}  // namespace ostia::authority
