// The flat face of the core for hosts that speak JSON: one function in, one out, nothing kept in between. It converts
// and decides nothing.
//
//   {"call": NAME, "base": …, "options": …}                 → an outcome
//   {"start": NAME, "base": …, "options": …, "hash": TEXT or "response": …, "answers": […]}
//                                                           → {"effect": […]} or an outcome
// An effect is `[what, …arguments]` (replay.cpp): perform it, add its answer to `answers` and send the message again.
// An outcome is {"value": …} or {"error": code, "description": …, "reason": …}, with the `response` that was an error.
#pragma once

#include <string>
#include <string_view>

namespace ostia::abi {

std::string handle(std::string_view message);

}  // namespace ostia::abi
