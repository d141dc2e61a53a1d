// The `state` of the authority's own pages: the authorization request on its way through them, sealed, and good only in
// the browser that it was shown to.
#pragma once

#include "protocol/authority.hpp"
#include "protocol/authorization_request.hpp"

namespace ostia::authority {

std::string seal_login_state(const Authority& a, const AuthorizationRequest& request, std::string_view device);

/// Nothing if it is not ours, older than an hour, of another browser or of another domain, or if its client or redirect
/// URI has been taken off the list since.
std::optional<AuthorizationRequest> open_login_state(const Authority& a, std::string_view state,
                                                     std::string_view device, std::string_view issuer);

/// What a person sees whose login page is no longer good.
Response stale_login_page(const Authority& a);

}  // namespace ostia::authority
