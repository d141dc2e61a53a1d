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

/// A whole number that is at least `lowest`, else `otherwise`.
inline std::int64_t at_least(const json::Value& value, std::int64_t lowest, std::int64_t otherwise) {
  const auto number = value.as_int();
  return number && *number >= lowest ? *number : otherwise;
}

}  // namespace ostia::authority
