// Signature algorithms of JSON Web Algorithms (RFC 7518 section 3.1, RFC 8037), each pinned to one type of key, so that
// a token cannot choose how a key is used.
#pragma once

#include <span>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::jose {

/// RS, PS and ES with 256 to 512, and EdDSA; never `none`, never HMAC.
bool is_signature_algorithm(std::string_view algorithm);

/// Whether the JSON Web Key `key` may check signatures of `algorithm`: its type and curve are the algorithm's, and its
/// own `use`, `alg` and `key_ops` say nothing else.
bool is_fit(const json::Value& key, std::string_view algorithm);

/// Whether nothing of `key` is secret. A key set is public, so a private or a symmetric key in it is anybody's.
bool is_public(const json::Value& key);

#ifndef __wasm__
/// The names of all of them.
std::span<const std::string_view> signature_algorithms();
#endif

/// Bits of the SHA-2 of `at_hash` and its like for `algorithm` (OpenID Connect Core section 3.1.3.6); 0 if unknown.
int hash_bits(std::string_view algorithm);

}  // namespace ostia::jose
