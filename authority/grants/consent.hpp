// Whether a person must agree before an application gets something, and what they have agreed to.
#pragma once

#include "grants/authorization_request.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// The tenant's own applications need none, but for `prompt=consent`, an API that asks for it, and, where the tenant
/// rehearses it (`ostia.skip_consent_on_loopback: false`), a callback on this machine, which anybody could listen on.
Async<bool> needs_consent(Authority& a, const AuthorizationRequest& r, const Access& access, std::string user_id);

/// The statement that keeps an agreement.
Statement keep_consent(const std::string& user_id, const std::string& client_id, const Access& access);

/// The statements that end an application's refresh tokens of somebody, and what the grants of these have given.
std::vector<Statement> revoke_access(const std::string& user_id, const std::string& client_id, std::int64_t now);
/// The same, and the consents.
std::vector<Statement> withdraw(const std::string& user_id, const std::string& client_id, std::int64_t now);

}  // namespace ostia::authority
