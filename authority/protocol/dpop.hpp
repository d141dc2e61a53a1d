// Proof of possession: what a DPoP proof must say (RFC 9449 section 4.3), and whether what a token would be bound to is
// enough.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority::protocol {

/// Seconds: how old a proof may be, and how far its clock may be ahead.
constexpr std::int64_t proof_lifetime = 300, proof_ahead = 60;
/// Bytes.
constexpr std::size_t longest_proof = 8192;

/// What proofs may be signed by.
std::span<const std::string_view> proof_algorithms();
/// The name that keys know an algorithm by: `Ed25519` (RFC 9864) is `EdDSA` with the one curve that there is here.
std::string_view key_algorithm(std::string_view algorithm);

/// The server's nonce in a proof (RFC 9449 section 8).
enum class Nonce : std::uint8_t {
  none,
  fresh,  ///< one of ours that is good now
  other,  ///< an old one, or none of ours
};

struct PresentedProof {
  json::Value header, claims;   ///< null: it could not be read as a JWS
  bool is_signed = false;       ///< by the public key in its own header, by the header's own algorithm
  std::string_view method;      ///< of the request
  std::string url;              ///< of the request, as `normal_url` has it
  std::string_view token_hash;  ///< of the access token that goes along, base64url; empty: none does
  Nonce nonce = Nonce::none;
  bool wants_nonce = false;
};

struct ProofRefusal {
  int status;  ///< at the token endpoint; a resource says 401
  std::string_view code, description, reason;
};

/// Nothing where the proof is good, unless it has been used before.
std::optional<ProofRefusal> judge_proof(const PresentedProof& proof, std::int64_t now);

/// `url` in the form in which two are compared (RFC 9449 section 4.3, RFC 3986 section 6.2): without query and
/// fragment, the scheme and the host in lower case, without the scheme's own port. Empty: it is no URL of HTTP.
std::string normal_url(std::string_view url);

/// What a token would be bound to, and who wants it to be.
struct Possession {
  bool has_key = false, has_certificate = false;
  bool client_wants_any = false;                              ///< `require_proof_of_possession`
  bool api_wants_key = false, api_wants_certificate = false;  ///< `proof_of_possession`
};
bool is_enough(const Possession& possession);
/// What is said where it is not.
constexpr std::string_view proof_wanted =
    "Tokens are given only to who shows what they are bound to: a DPoP proof (RFC 9449), or the client's certificate "
    "(RFC 8705)";

}  // namespace ostia::authority::protocol
