// How much anybody may ask of one node (AZ-1901): by address, by account, by application. The tenant says how
// much (`ostia.rate_limits`).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// Takes one request from what its address may do.
Allowance take_request(Authority& a, const Request& request);

/// Whether somebody at that address may try that account (as it was typed) once more, before anything is computed for
/// it; the error is a 429. What one network does keeps nobody else out.
Status take_attempt(Authority& a, const Request& request, std::string_view account);

/// Whether the application may ask once more.
Status take_call(Authority& a, const Request& request, std::string_view client_id);

/// `X-RateLimit-…`, where there is a limit; and with a refusal when to try again.
void tell(const Authority& a, const Allowance& allowance, Response& response);

/// The answer to one too many, in the shape of what was asked: a page, an API's error, or OAuth's.
Response too_many_requests(Authority& a, const Request& request, const Allowance& allowance);

/// Takes one sign-up from what that network may make, by the tenant's `suspiciousIpThrottling.stage
/// ["pre-user-registration"]`. Error: 429 `too_many_attempts`, with the reason `signups_limited`. AZ-1901
Async<Unit> take_signup(Authority& a, const Request& request);

/// Whether one more message may go to that address or number, of those that anybody can ask for: five an hour, whoever
/// asks. The log says when there are more; the answer to who has asked is the same. With `is_known`, the person's own
/// browser asks, which strangers do not keep from it.
Async<bool> take_message(Authority& a, const Request& request, std::string recipient, bool is_known);

}  // namespace ostia::authority
