#include "ostia/oidc/numeric_date.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::oidc {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;
constexpr std::int64_t longest_exponent = 400;  // as far as JavaScript's numbers go, and then some

std::optional<std::int64_t> exponent_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto exponent = text::parse_int(text);
  return exponent && *exponent >= -longest_exponent && *exponent <= longest_exponent ? exponent : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> numeric_date(std::string_view number, Whole rounding) {
  const bool is_negative = number.starts_with('-');
  if (is_negative) number.remove_prefix(1);
  const auto e = number.find_first_of("eE");
  const auto exponent = e == number.npos ? 0 : exponent_of(number.substr(e + 1));
  if (!exponent) return std::nullopt;
  const std::string_view digits = number.substr(0, e);
  const std::int64_t places = static_cast<std::int64_t>(digits.substr(0, digits.find('.')).size()) + *exponent;

  std::int64_t whole = 0, at = 0;
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
