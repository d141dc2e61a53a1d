// The log: one JSON object a line on standard error. Callers pass what is no secret; there is no place for a token
// here.
#pragma once

#include <exception>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// Thread-safe. `level` is `info`, `warning` or `error`.
void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, json::Value>> fields = {});

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
