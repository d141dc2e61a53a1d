#include "mfa/totp.hpp"

#include <array>

#include "crypto/crypto.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t step_length = 30;  // seconds
constexpr std::size_t digits = 6;

// RFC 4648 section 6; the secret's 20 bytes are 32 letters, so that there is nothing to pad.
std::string base32_encode(std::string_view bytes) {
  std::string out;
  unsigned buffer = 0, bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(buffer >> (bits - 5)) & 31U];
  }
  return out;
}

std::string base32_decode(std::string_view text) {
  std::string out;
  unsigned buffer = 0, bits = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == alphabet.npos) return {};
    buffer = (buffer << 5U | static_cast<unsigned>(value)) & 0xFFFFU;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(buffer >> bits & 0xFFU);
    }
  }
  return out;
}

// RFC 4226 section 5.3.
std::string code_at(std::string_view key, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) counter[7 - i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (8 * i));
  const std::string hash = hmac_sha1(key, counter);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(hash[i])); };
  const std::size_t at = byte(19) & 15U;
  const std::uint32_t number = (byte(at) & 0x7FU) << 24U | byte(at + 1) << 16U | byte(at + 2) << 8U | byte(at + 3);
  std::string out = std::to_string(number % 1'000'000);
  return out.insert(0, digits - out.size(), '0');
}

// Control characters go with them, and what is then more than one space.
std::string without_colons(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ':' || static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
    if (!is_space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return std::string(text::trimmed(out));
}

}  // namespace

std::string make_totp_secret() { return base32_encode(random_bytes(20)); }

std::optional<std::string> canonical_totp_secret(std::string_view text) {
  constexpr std::size_t shortest = 10;  // bytes
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '-' && c != '=') out += text::to_upper(c);
  return base32_decode(out).size() >= shortest ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view code, std::int64_t now) {
  const std::string key = base32_decode(secret);
  if (key.empty() || code.size() != digits) return {};
  for (const std::int64_t drift : {0, -1, 1}) {
    const std::int64_t step = now / step_length + drift;
    if (equal_in_constant_time(code_at(key, step), code)) return step;
  }
  return {};
}

// A colon stands between the two names, and may be in neither of them.
std::string totp_uri(const std::string& tenant, const std::string& issuer, const std::string& account,
                     const std::string& secret) {
  const auto url = url::parse(issuer);
  std::string name = without_colons(tenant);
  if (name.empty() && url) name = without_colons(url->host);
  return "otpauth://totp/" + url::percent_encode(name) + ":" + url::percent_encode(without_colons(account)) +
         "?secret=" + secret + "&issuer=" + url::percent_encode(name) + "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace ostia::authority
