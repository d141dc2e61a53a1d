// The flat face of the core for hosts that speak JSON: one function in, one out. It converts and decides nothing.
//
//   {"call": NAME, "args": […]}       → {"value": …} | {"throw": text}
//   {"start": NAME, "args": […]}      → {"id": N, "effect": {…}} | an outcome
//   {"resume": N, "answer": …}        → the same
//   {"drop": N}                       abandons an operation: {"value": null}
// An outcome is {"value": …}, {"error": …, "reason": …} for the callback, or {"throw": text} for the caller.
#pragma once

#include <string>
#include <string_view>

namespace ostia::abi {

std::string handle(std::string_view message);

}  // namespace ostia::abi
