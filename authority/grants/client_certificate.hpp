// The certificate that a client has shown to the proxy in front (RFC 8705), as that proxy hands it over. Of anybody
// else such headers do not come this far (`keep_what_a_hop_may_say`).
#pragma once

#include "crypto/client_certificate.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// Of `Client-Certificate` (PEM, percent-encoded, as the vendor has it) or of `Client-Cert` (RFC 9440).
std::optional<ClientCertificate> certificate_of(const Request& request);

/// Whether the request's certificate is the client's: one that it has registered (`self_signed_tls_client_auth`), or
/// one of its names that the proxy has verified (`tls_client_auth`). Errors: 401 `invalid_client`.
Status check_certificate(const Request& request, const Client& client);

}  // namespace ostia::authority
