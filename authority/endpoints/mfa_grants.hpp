// The grants that a second factor continues a token request with (AZ-1402 to AZ-1404).
#pragma once

#include "endpoints/grant_types.hpp"

namespace ostia::authority {

Async<json::Value> mfa_otp_grant(Authority& a, const Request& request, const Client& client, const Parameters& p);
Async<json::Value> mfa_oob_grant(Authority& a, const Request& request, const Client& client, const Parameters& p);
Async<json::Value> mfa_recovery_code_grant(Authority& a, const Request& request, const Client& client,
                                           const Parameters& p);

/// What was sent stands for this; the person's answer comes with it.
std::string seal_oob_code(const Authority& a, const std::string& user_id, const std::string& authenticator_id);

/// What a program may go on with after `mfa_required`: `challenge` for factors that the person has, else `enroll` for
/// those that they may add by the token.
Async<json::Value> mfa_requirements(Authority& a, const Request& request, std::string mfa_token);

}  // namespace ostia::authority
