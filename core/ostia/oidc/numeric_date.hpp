// A time as a token says it: NumericDate, RFC 7519 section 2. Nothing else in the project reads one of somebody
// else's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ostia::oidc {

/// Whole seconds up to 2^53, exact. In a page they are JavaScript's own numbers, which are exact so far: its 64-bit
/// integers would cost the script a kilobyte.
#ifdef __wasm__
using Seconds = double;
#else
using Seconds = std::int64_t;
#endif

/// Which whole second stands for a time between two of them: the one that refuses rather than accepts.
enum class Whole : bool { before, after };

/// Seconds since 1970 of the JSON number `number`, read digit by digit, so that nothing is rounded or overflows.
/// Nothing beyond 2^53, where one reader of JSON sees another number than the next (RFC 7493 section 2.2).
std::optional<Seconds> numeric_date(std::string_view number, Whole whole);

/// The same of a claim (`json::Value` or `json::Member`); nothing where it is no number.
std::optional<Seconds> time_of(const auto& claim, Whole whole) {
  return claim.is_number() ? numeric_date(claim.text(), whole) : std::nullopt;
}

}  // namespace ostia::oidc
