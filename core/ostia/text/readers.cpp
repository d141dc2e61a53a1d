#include "ostia/text/readers.hpp"

#include <cstdint>

#include "ostia/text/utf8.hpp"

namespace ostia::text {
namespace {

struct Range {
  std::uint32_t first, last;
};
constexpr Range acting_on_readers[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
                                       {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE007F}};

bool acts_on_readers(std::uint32_t c) {
  for (const auto& range : acting_on_readers)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (unsigned shift = 16; shift > 0; shift -= 4) out += "0123456789abcdef"[(unit >> (shift - 4)) & 15U];
}

void append_escaped(std::string& out, std::uint32_t c) {
  if (c < 0x10000) return append_unit(out, c);
  append_unit(out, 0xD800 + ((c - 0x10000) >> 10U));
  append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FFU));
}

}  // namespace

std::string for_readers(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (!is_utf8(text.substr(at, size))) {
      append_escaped(out, 0xFFFD);
      ++at;
      continue;
    }
    std::uint32_t c = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) c = (c << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    if (acts_on_readers(c))
      append_escaped(out, c);
    else
      out.append(text.substr(at, size));
    at += size;
  }
  return out;
}

}  // namespace ostia::text
