// JSON Web Signature in its compact form (RFC 7515) and the few things of JSON Web Key (RFC 7517) that a verifier
// needs. What is decoded here is not yet verified, and its type says so: only a checked signature makes it worth
// reading.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::jose {

/// A compact JWS whose signature nobody has checked.
struct UnverifiedJws {
  json::Value header;
  json::Value payload;
  std::string signing_input;  ///< the bytes that were signed
  std::string signature;      ///< raw octets
};

/// Three strict base64url parts, a JSON object in the first two. `crit` is refused (RFC 7515 section 4.1.11: nothing
/// there is understood).
Result<UnverifiedJws> decode_jws(std::string_view compact);

/// The first key of `jwks` with the `kid` of `header` (both absent counts as equal), or null.
const json::Value* find_key(const json::Value& jwks, const json::Value& header);

/// `header.payload` of a compact JWS to be signed.
std::string build_signing_input(const json::Value& header, const json::Value& payload);

}  // namespace ostia::jose
