// Base64 with the URL alphabet and without padding, as JOSE uses it (RFC 7515 section 2), and classic base64 where a
// peer wants that. Decoding is strict: no padding, no white space, no stray bits, so a token has one spelling only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ostia::text {

std::string base64url_encode(std::string_view bytes);
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
/// Classic alphabet, padding required (RFC 4648 section 4).
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace ostia::text
