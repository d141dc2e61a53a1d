// Proof Key for Code Exchange, RFC 7636. The digest is a host's: the core has no cryptography of its own.
#pragma once

#include <string>
#include <string_view>

namespace ostia::oauth {

/// 43 to 128 unreserved characters (section 4.1).
bool is_code_verifier(std::string_view text);

/// A verifier from 32 random octets (section 4.1's recommendation).
std::string code_verifier(std::string_view random);

/// The S256 challenge, given SHA-256 of the verifier's bytes (section 4.2).
std::string code_challenge(std::string_view sha256_of_verifier);

/// 43 characters of base64url, what an S256 challenge must look like.
bool is_s256_challenge(std::string_view text);

}  // namespace ostia::oauth
