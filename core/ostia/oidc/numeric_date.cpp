#include "ostia/oidc/numeric_date.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::oidc {
namespace {

constexpr auto most = static_cast<Seconds>(std::int64_t{1} << 53);
constexpr int longest_exponent = 400;  // as far as JavaScript's numbers go, and then some

std::optional<int> exponent_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto exponent = text::parse_int(text);
  if (!exponent || *exponent < -longest_exponent || *exponent > longest_exponent) return std::nullopt;
  return static_cast<int>(*exponent);
}

}  // namespace

std::optional<Seconds> numeric_date(std::string_view number, Whole rounding) {
  const bool is_negative = number.starts_with('-');
  if (is_negative) number.remove_prefix(1);
  const auto e = number.find_first_of("eE");
  const auto exponent = e == number.npos ? std::optional(0) : exponent_of(number.substr(e + 1));
  if (!exponent) return std::nullopt;
  const std::string_view digits = number.substr(0, e);
  const int places = static_cast<int>(digits.substr(0, digits.find('.')).size()) + *exponent;

  Seconds whole = 0;
  int at = 0;
  bool has_rest = false;
  for (const char c : digits) {
    if (c == '.') continue;
    if (at++ >= places)
      has_rest = has_rest || c != '0';
    else if ((whole = whole * 10 + (c - '0')) > most)
      return std::nullopt;
  }
  for (; at < places; ++at)
    if ((whole *= 10) > most) return std::nullopt;
  if (has_rest && (rounding == Whole::after) != is_negative) ++whole;
  return is_negative ? -whole : whole;
}

}  // namespace ostia::oidc
