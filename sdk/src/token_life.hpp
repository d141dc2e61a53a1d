// How long kept tokens are still good. The wall's clock may be wrong and may jump; the one that runs since the machine
// was started does not, but ends with it (docs/decisions/0038).
#pragma once

#include <cstdint>
#include <string>

#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"

namespace ostia::sdk {

/// A moment, by both clocks.
struct Moment {
  std::int64_t wall_ms = 0;
  std::int64_t steady_ms = 0;
  std::string run;           ///< of the machine: what `steady_ms` counts from
  bool is_one_clock = true;  ///< both are the machine's; else the program brings a clock of its own for the wall
};
Moment moment_of(Clock& clock);

/// Notes in `kept` that its access token was given at `given`, for `life_s` seconds (0: nobody said).
void note_life(json::Value& kept, std::int64_t life_s, const Moment& given);

/// The seconds for which the access token of `kept` is still good; 0: it is not, or nobody can tell. Never more than
/// it was given for.
std::int64_t life_left(const json::Value& kept, const Moment& now);

}  // namespace ostia::sdk
