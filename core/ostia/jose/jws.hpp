// JSON Web Signature in its compact form (RFC 7515) and the few things of JSON Web Key (RFC 7517) that a verifier
// needs. What is decoded here is not yet verified, and its type says so: only a checked signature makes it worth
// reading.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// The key of `jwks` that the signature of a token with this `header` is checked with, or null. Of the keys that it
/// names, the first that is fit for its algorithm, for one name may stand for several types of key (RFC 7517 section
/// 4.5). A token that names none means the only one that is fit, or the only such key without a name. `is_named` comes
/// back true where there is a key of that name at all, so that a refusal can say what is wrong.
const json::Value* find_key(const json::Value& jwks, const json::Value& header, bool& is_named);

#ifndef __wasm__
/// The same of `named`, the keys that have the name already, or all where `header` has no `kid`: for who keeps an
/// index.
const json::Value* choose_key(std::span<const json::Value* const> named, const json::Value& header);

/// Whether `jwks` has a key that could check a signature: an answer without one says nothing about keys.
bool is_key_set(const json::Value& jwks);
#endif

/// `header.payload` of a compact JWS to be signed.
std::string build_signing_input(const json::Value& header, const json::Value& payload);

}  // namespace ostia::jose
