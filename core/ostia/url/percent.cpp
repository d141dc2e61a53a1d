#include "ostia/url/percent.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"

namespace ostia::url {
namespace {

int hex_value(char c) {
  const char l = text::to_lower(c);
  return text::is_digit(l) ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_unreserved(char c) {  // RFC 3986 section 2.3
  return text::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_encode(std::string_view in) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(in.size());
  for (std::size_t at = 0; at < in.size(); ++at) {
    const std::size_t start = at;
    while (at < in.size() && is_unreserved(in[at])) ++at;
    out.append(in, start, at - start);
    if (at == in.size()) break;
    const auto byte = static_cast<unsigned char>(in[at]);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
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
