// What a person reads before they let an application, or a device, have something.
#pragma once

#include "flow/step.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// A line for each thing; a scope of an API in its own words.
std::vector<std::string> what_is_asked(const Step& step, const Access& access);
/// For how long, in a line.
std::string how_long(const Authority& a, const Step& step, const Access& access);

}  // namespace ostia::authority
