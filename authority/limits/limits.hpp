// How much anybody may ask of one node (AZ-1901): by address, by account, by application. The tenant says how
// much (`ostia.rate_limits`).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// Takes one request from what its address may do.
Allowance take_request(Authority& a, const Request& request);

/// Whether that account (as it was typed) may be tried once more from wherever, before anything is computed for it; the
/// error is a 429.
Status take_attempt(Authority& a, const Request& request, std::string_view account);

/// Whether the application may ask once more.
Status take_call(Authority& a, const Request& request, std::string_view client_id);

/// `X-RateLimit-…`, where there is a limit; and with a refusal when to try again.
void tell(const Authority& a, const Allowance& allowance, Response& response);

/// The answer to one too many, in the shape of what was asked: a page, an API's error, or OAuth's.
Response too_many_requests(Authority& a, const Request& request, const Allowance& allowance);

}  // namespace ostia::authority
