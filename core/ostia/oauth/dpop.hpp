// Demonstrating Proof of Possession, RFC 9449: what a proof says. Keys and signatures are a host's.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::oauth {

/// What one proof is for.
struct DpopProof {
  std::string method;             ///< of the HTTP request
  std::string url;                ///< of the HTTP request; query and fragment do not count (section 4.2)
  std::string id;                 ///< `jti`, unique
  std::int64_t now = 0;           ///< seconds since 1970
  std::string nonce;              ///< as the peer asked for; empty: none
  std::string access_token_hash;  ///< SHA-256 of the access token that goes along; empty: none does
};

/// The public half of a JSON Web Key: the members that RFC 7638 counts, in its order.
json::Value public_key(const json::Value& key);

/// `header.payload` of the proof, to be signed with `key` (a private P-256 JSON Web Key) and ES256.
std::string dpop_signing_input(const json::Value& key, const DpopProof& proof);

}  // namespace ostia::oauth
