// The flat face of the core for hosts that speak JSON: one function in, one out, nothing kept in between. It converts
// and decides nothing.
//
//   {"call": NAME, "base": …, "options": …}                 → an outcome
//   {"start": NAME, "base": …, "options": …, "response": …, "answers": […]}
//                                                           → {"effect": […]} or an outcome
// An effect is `[what, …arguments]` (replay.cpp): perform it, add its answer to `answers` and send the message again.
// An outcome is {"value": …} or {"error": code, "description": …, "reason": …}, and of `parse_hash` the `response` as well.
#pragma once

#include <string>
#include <string_view>

namespace ostia::abi {

std::string handle(std::string_view message);

}  // namespace ostia::abi
