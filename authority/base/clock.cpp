#include "base/clock.hpp"

#include <ctime>

namespace ostia::authority {

std::string iso_time(std::int64_t seconds) {
  char buffer[32];
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S.000Z", &parts)};
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return std::nullopt;
  if (*rest == '.')
    for (++rest; *rest >= '0' && *rest <= '9';) ++rest;
  if (std::string_view(rest) != "Z") return std::nullopt;
  return timegm(&parts);
}

namespace {

// Whether the text begins with that time, in as many letters as this authority writes it: strptime takes `2020-1-1`,
// and the 31st of February for a day in March.
bool begins_with(std::string_view text, std::int64_t seconds, std::size_t size) {
  return text.substr(0, size) == iso_time(seconds).substr(0, size);
}

}  // namespace

std::optional<std::int64_t> parse_foreign_time(const std::string& text) {
  constexpr std::size_t size_of_date = 10, size_of_time = 19;
  std::tm parts{};
  if (const char* end = strptime(text.c_str(), "%Y-%m-%d", &parts); end && *end == '\0') {
    const std::int64_t day = timegm(&parts);
    return begins_with(text, day, size_of_date) ? std::optional(day) : std::nullopt;
  }
  parts = {};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!end) return {};
  const std::int64_t local = timegm(&parts);
  if (!begins_with(text, local, size_of_time)) return {};
  if (*end == '.') {
    const char* fraction = ++end;
    while (*end >= '0' && *end <= '9') ++end;
    if (end == fraction) return {};
  }
  if (*end == '\0') return local;
  if (*end != 'Z' && *end != '+' && *end != '-') return {};
  end = strptime(end, "%z", &parts);
  constexpr long farthest = 14L * 3600;  // seconds from Greenwich
  if (!end || *end != '\0' || parts.tm_gmtoff > farthest || parts.tm_gmtoff < -farthest) return {};
  return local - parts.tm_gmtoff;
}

}  // namespace ostia::authority
