// What one network has failed at lately, over all accounts: counted in `attempts`, and forgotten one by one, as the
// tenant's `suspiciousIpThrottling` says.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// The row of `attempts` that counts the failures of a network (`network_of`).
std::string failures_row(std::string_view network);
/// The customer's network and the one around it, which are the same for IPv4.
std::string customer_of(std::string_view address);
std::string site_of_customer(std::string_view address);

/// Whether the tenant asks anything of those whose network is risky.
bool asks_when_risky(const Tenant& tenant);
/// Whether so many have failed from there that the next one is asked whether it is a robot (`when_risky`).
Async<bool> is_risky(Authority& a, const Request& request);

}  // namespace ostia::authority
