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

std::optional<std::int64_t> parse_foreign_time(const std::string& text) {
  std::tm parts{};
  if (const char* end = strptime(text.c_str(), "%Y-%m-%d", &parts); end && *end == '\0') return timegm(&parts);
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!end) return {};
  if (*end == '.')
    for (++end; *end >= '0' && *end <= '9';) ++end;
  const std::int64_t local = timegm(&parts);
  if (*end == '\0') return local;
  end = strptime(end, "%z", &parts);
  if (!end || *end != '\0') return {};
  return local - parts.tm_gmtoff;
}

}  // namespace ostia::authority
