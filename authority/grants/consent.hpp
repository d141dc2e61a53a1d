// Whether a person must agree before an application gets something, and what they have agreed to.
#pragma once

#include "grants/authorization_request.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// What a person has agreed to for an application.
struct Consent {
  bool is_missing = false;        ///< whatever has been asked for is not agreed to
  std::int64_t withdrawals = -1;  ///< as in `Origin`
};
/// The tenant's own applications need none, but for `prompt=consent`, an API that asks for it, and, where the tenant
/// rehearses it (`ostia.skip_consent_on_loopback: false`), a callback on this machine, which anybody could listen on.
/// `session_id`: in which the person may have agreed to this very request.
Async<Consent> consent_of(Authority& a, const AuthorizationRequest& r, Access access, std::string user_id,
                          std::string session_id);
/// The same for what another program gets in a person's name, without the person: a third party's needs one.
Async<Consent> consent_of_exchange(Authority& a, const Client& client, Access access, std::string user_id);
/// Whether access has been withdrawn from the application since that many times before.
Async<bool> is_withdrawn(Authority& a, std::string user_id, std::string client_id, std::int64_t withdrawals);
/// Whether the person has agreed to anything of the application's, and not taken it back.
Async<bool> has_agreed(Authority& a, std::string user_id, std::string client_id);

/// Tells a person that an application has access from now on, before it has: once, until it is taken back.
Async<Unit> tell_of_application(Authority& a, const Request& request, User user, const Client& client);

/// The statement that keeps an agreement.
Async<Unit> keep_consent(Authority& a, std::string user_id, std::string client_id, Access access);

/// The statements that end all refresh tokens of somebody, and what came of the same grants.
std::vector<Statement> revoke_refresh_tokens(const std::string& user_id, std::int64_t now);
/// The statements that end an application's refresh tokens of somebody, and all that came of the same agreements.
std::vector<Statement> revoke_access(const std::string& user_id, const std::string& client_id, std::int64_t now);
/// The same, and the consents: of one application, of all.
std::vector<Statement> withdraw(const std::string& user_id, const std::string& client_id, std::int64_t now);
std::vector<Statement> withdraw_all(const std::string& user_id, std::int64_t now);

}  // namespace ostia::authority
