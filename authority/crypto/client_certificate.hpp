// Certificates that clients show (RFC 8705).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ostia::authority {

struct ClientCertificate {
  std::string thumbprint;  ///< SHA-256 of it, base64url: `x5t#S256`
  std::string subject;     ///< its distinguished name as RFC 4514 writes it, as `normal_name` has it
};

/// Nothing: it is none.
std::optional<ClientCertificate> read_certificate_pem(std::string_view pem);
std::optional<ClientCertificate> read_certificate_der(std::string_view der);

/// A distinguished name in the form in which two are compared: no blanks around its parts, types in upper case.
std::string normal_name(std::string_view name);

}  // namespace ostia::authority
