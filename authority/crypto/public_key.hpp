// Public keys and certificates that applications prove themselves by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ostia::authority {

struct PublicKey {
  std::string pem;                        ///< the key alone (SubjectPublicKeyInfo)
  std::string kid;                        ///< its thumbprint (RFC 7638)
  std::string type;                       ///< `RSA`, `EC` or `OKP`
  std::string certificate_thumbprint;     ///< `x5t#S256` (RFC 7517 section 4.9); empty: it came without a certificate
  std::string subject;                    ///< the certificate's, as RFC 2253 writes it
  std::optional<std::int64_t> not_after;  ///< of the certificate
};

/// A public key in PEM, or that of a certificate; nothing if it is neither, or no key that signs.
std::optional<PublicKey> read_public_key(std::string_view pem);

}  // namespace ostia::authority
