#include "ostia/url/percent.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"

namespace ostia::url {
namespace {

int hex_value(char c) {
  const char l = text::to_lower(c);
  return text::is_digit(l) ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

std::string percent_encode(std::string_view in) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(in.size());
  for (const char c : in) {
    if (text::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view in) {
  std::string out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '%') {
      out += in[i];
      continue;
    }
    const bool whole = in.size() - i > 2;
    const int high = whole ? hex_value(in[i + 1]) : -1;
    const int low = whole ? hex_value(in[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string form_decode(std::string_view in) {
  std::string spaced(in);
  for (char& c : spaced)
    if (c == '+') c = ' ';
  auto decoded = percent_decode(spaced);
  return decoded && text::is_utf8(*decoded) ? *std::move(decoded) : spaced;
}

}  // namespace ostia::url
