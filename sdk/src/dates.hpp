// Times as the sentences of errors have them.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace ostia::sdk {

/// `2026-11-25 08:00:00 UTC`, for seconds since 1970.
inline std::string utc_date(std::int64_t seconds) {
  char buffer[32];
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace ostia::sdk
