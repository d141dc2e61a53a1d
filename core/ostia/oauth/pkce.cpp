#include "ostia/oauth/pkce.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::oauth {

// AZ-603 · RFC 7636 section 4.1
bool is_code_verifier(std::string_view t) {
  return t.size() >= 43 && t.size() <= 128 && std::all_of(t.begin(), t.end(), [](char c) {
           return text::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
         });
}

std::string code_verifier(std::string_view random) { return text::base64url_encode(random); }

// AZ-603, WA-030 · RFC 7636 section 4.2
std::string code_challenge(std::string_view sha256_of_verifier) { return text::base64url_encode(sha256_of_verifier); }

// AZ-603 · RFC 7636 section 4.2
bool is_s256_challenge(std::string_view t) {
  const auto bytes = text::base64url_decode(t);
  return t.size() == 43 && bytes && bytes->size() == 32;
}

}  // namespace ostia::oauth
