// The flat face of the core for hosts that speak JSON: one function in, one out, nothing kept in between. It converts
// and decides nothing.
//
//   {"call": NAME, "base": …, "options": …}                 → an outcome
//   {"start": NAME, "base": …, "options": …, "response": …, "now": MILLISECONDS, "answers": […]}
//                                                           → {"effects": […]}, with an outcome when that is all
// An effect is `[what, …arguments]` (replay.cpp): perform them, add their answers to `answers`, in order, and, when
// there is no outcome yet, send the message again. An outcome is {"value": …} or {"error": code, "description": …,
// "reason": …}, and of `parse_hash` the `response` as well.
#pragma once

#include <string>
#include <string_view>

namespace ostia::abi {

std::string handle(std::string_view message);

}  // namespace ostia::abi
