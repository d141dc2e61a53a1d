// Locale-free helpers for ASCII text. Protocol text is compared as bytes; nothing here folds case beyond A to Z.
#pragma once

#include <algorithm>
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

/// Without the spaces, tabs and line ends at both ends.
inline std::string_view trimmed(std::string_view in) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!in.empty() && is_space(in.front())) in.remove_prefix(1);
  while (!in.empty() && is_space(in.back())) in.remove_suffix(1);
  return in;
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
  while (!list.empty()) {
    const std::string_view next = list.substr(0, list.find(' '));
    if (next == word) return !word.empty();
    list.remove_prefix(std::min(next.size() + 1, list.size()));
  }
  return false;
}

// Loops of our own, for size: the library's conversions bring tables, and these run on short numbers.

inline std::string decimal(std::int64_t number) {
  char buffer[24];
  char* at = buffer + sizeof buffer;
  auto rest = number < 0 ? -static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  do *--at = static_cast<char>('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) *--at = '-';
  return {at, buffer + sizeof buffer};
}

/// A whole decimal number that fits and nothing else.
inline std::optional<std::int64_t> parse_int(std::string_view in) {
  const bool negative = in.starts_with('-');
  if (negative) in.remove_prefix(1);
  if (in.empty()) return std::nullopt;
  std::int64_t number = 0;  // counted down, because the lowest number has no positive counterpart
  for (const char c : in)
    if (!is_digit(c) || __builtin_mul_overflow(number, 10, &number) || __builtin_sub_overflow(number, c - '0', &number))
      return std::nullopt;
  if (!negative && __builtin_sub_overflow(std::int64_t{0}, number, &number)) return std::nullopt;
  return number;
}

}  // namespace ostia::text
