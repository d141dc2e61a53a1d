// Locale-free helpers for ASCII text. Protocol text is compared as bytes; nothing here folds case beyond A to Z.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ostia::text {

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string lower(std::string_view in) {
  std::string out(in);
  for (char& c : out) c = to_lower(c);
  return out;
}

/// `haystack`'s items between `separator`s; empty items are left out, so "a  b" gives {a, b}.
inline std::vector<std::string_view> split(std::string_view haystack, char separator) {
  std::vector<std::string_view> items;
  for (std::size_t start = 0; start <= haystack.size();) {
    std::size_t end = std::min(haystack.find(separator, start), haystack.size());
    if (end > start) items.push_back(std::string_view(haystack.data() + start, end - start));
    start = end + 1;
  }
  return items;
}

/// Whether `word` is one of `list`'s space-separated words, as in `scope` and `response_type`.
inline bool has_word(std::string_view list, std::string_view word) {
  const auto words = split(list, ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

inline std::string decimal(std::int64_t number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return {buffer, end};
}

/// A whole decimal number and nothing else.
inline std::optional<std::int64_t> parse_int(std::string_view in) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(in.data(), in.data() + in.size(), number);
  if (failure != std::errc() || end != in.data() + in.size()) return std::nullopt;
  return number;
}

}  // namespace ostia::text
