// The signature algorithms of RFC 7518 and RFC 8037 in OpenSSL's words: one table for signing and for verifying.
#pragma once

#include "crypto/openssl.hpp"

namespace ostia::authority::openssl {

struct Algorithm {
  std::string_view name;
  int key_type;               ///< `EVP_PKEY_RSA`, …
  const EVP_MD* (*digest)();  ///< null: the algorithm has its own (EdDSA)
  bool is_pss;
  std::size_t coordinate;  ///< of ECDSA, in bytes
};

/// Null: there is none of that name.
const Algorithm* find_algorithm(std::string_view name);

/// Whether keys of that kind and size are for `algorithm`: RSA of 2048 bits or more, ECDSA on the one curve that the
/// algorithm has (RFC 7518 sections 3.3 to 3.5).
bool fits(const EVP_PKEY* key, const Algorithm& algorithm);

/// What the algorithm wants of the operation that `options` prepares, or false.
bool set_padding(EVP_PKEY_CTX* options, const Algorithm& algorithm);

/// ECDSA signatures are r and s side by side (RFC 7518 section 3.4); OpenSSL wants and makes DER.
std::string to_der_signature(std::string_view raw);
std::string from_der_signature(std::string_view der, std::size_t coordinate);

}  // namespace ostia::authority::openssl
