#include "ostia/text/base64url.hpp"

#include <array>
#include <cstdint>

#include "ostia/text/ascii.hpp"

namespace ostia::text {
namespace {

struct Alphabet {
  char c62, c63;
};
constexpr Alphabet url{'-', '_'}, classic{'+', '/'};

constexpr char to_char(unsigned value, Alphabet a) {
  if (value < 26) return static_cast<char>('A' + value);
  if (value < 52) return static_cast<char>('a' + value - 26);
  if (value < 62) return static_cast<char>('0' + value - 52);
  return value == 62 ? a.c62 : a.c63;
}

#ifdef __wasm__  // where bytes count more than nanoseconds
int to_value(char c, Alphabet a) {
  if (is_upper(c)) return c - 'A';
  if (is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == a.c62 ? 62 : c == a.c63 ? 63 : -1;
}
#else
constexpr std::array<char, 64> make_chars(Alphabet a) {
  std::array<char, 64> chars{};
  for (unsigned value = 0; value < chars.size(); ++value) chars[value] = to_char(value, a);
  return chars;
}
constexpr auto url_chars = make_chars(url), classic_chars = make_chars(classic);

constexpr std::array<signed char, 256> make_values(const std::array<char, 64>& chars) {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (std::size_t value = 0; value < chars.size(); ++value)
    values[static_cast<unsigned char>(chars[value])] = static_cast<signed char>(value);
  return values;
}
constexpr auto url_values = make_values(url_chars), classic_values = make_values(classic_chars);

int to_value(char c, Alphabet a) {
  return (a.c62 == url.c62 ? url_values : classic_values)[static_cast<unsigned char>(c)];
}
#endif

std::string encode(std::string_view bytes, Alphabet a) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t at = 0;
#ifndef __wasm__
  const auto& chars = a.c62 == url.c62 ? url_chars : classic_chars;
  out.resize(bytes.size() / 3 * 4);
  for (char* to = out.data(); at + 3 <= bytes.size(); at += 3, to += 4) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[at + i])}; };
    const std::uint32_t all = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int i = 0; i < 4; ++i) to[i] = chars[all >> (18 - 6 * i) & 0x3F];
  }
#endif
  for (const unsigned char byte : bytes.substr(at)) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6;) out.push_back(to_char(bits >> (count -= 6) & 0x3F, a));
  }
  if (count > 0) out.push_back(to_char(bits << (6 - count) & 0x3F, a));
  return out;
}

std::optional<std::string> decode(std::string_view in, Alphabet a) {
  if (in.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(in.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t at = 0;
#ifndef __wasm__
  out.resize(in.size() / 4 * 3);
  for (char* to = out.data(); at + 4 <= in.size(); at += 4, to += 3) {
    const int all = to_value(in[at], a) << 18 | to_value(in[at + 1], a) << 12 | to_value(in[at + 2], a) << 6 |
                    to_value(in[at + 3], a);
    if (all < 0) return std::nullopt;
    to[0] = static_cast<char>(all >> 16);
    to[1] = static_cast<char>(all >> 8);
    to[2] = static_cast<char>(all);
  }
#endif
  for (const char c : in.substr(at)) {
    const int value = to_value(c, a);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(value);
    if ((count += 6) >= 8) out.push_back(static_cast<char>(bits >> (count -= 8) & 0xFF));
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) { return encode(bytes, url); }

std::string base64_encode(std::string_view bytes) {
  std::string out = encode(bytes, classic);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, url); }

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode(text, classic);
}

}  // namespace ostia::text
