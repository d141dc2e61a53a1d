// Reading the tenant's documents, which are whatever somebody wrote into a file.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority {

inline std::vector<std::string> texts(const json::Value& array) {
  std::vector<std::string> out;
  for (const auto& item : array.items())
    if (item.is_string()) out.push_back(item.text());
  return out;
}

inline json::Value as_array(const std::vector<std::string>& list) {
  json::Value out = json::Value::array();
  for (const auto& item : list) out.push_back(item);
  return out;
}

inline std::string text_or(const json::Value& value, const char* otherwise) {
  return value.is_string() ? value.text() : otherwise;
}

inline bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// More than any count, size or duration of a tenant can mean (126 years of seconds), and little enough that sums and
/// products with it stay numbers.
inline constexpr std::int64_t boundless = 4'000'000'000;

/// A whole number that is at least `lowest`, else `otherwise`; nothing above `boundless`.
inline std::int64_t at_least(const json::Value& value, std::int64_t lowest, std::int64_t otherwise) {
  const auto number = value.as_int();
  return number && *number >= lowest ? std::min(*number, boundless) : otherwise;
}

}  // namespace ostia::authority
