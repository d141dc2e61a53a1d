// Who a client is, at the endpoints that ask (RFC 6749 section 2.3): `none`, `client_secret_post`,
// `client_secret_basic`, `private_key_jwt` (RFC 7523), `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// The client that a request comes from. Errors: 400 `invalid_request`, 401 `invalid_client` or `access_denied`.
/// `tenant` must outlive the pointer.
Async<Found<Client>> authenticate_client(Authority& a, const Tenant& tenant, const Request& request,
                                         const Parameters& parameters);

}  // namespace ostia::authority
