// What a client is given: which API and scopes, and the tokens that say so.
#pragma once

#include "accounts/users.hpp"
#include "grants/own_token.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// What was agreed on: by whom, for whom, for what.
struct Grant {
  std::string id;  ///< what everything that comes of it has in common, and is revoked by
  std::string issuer, client_id, user_id, session_id;
  std::string audience;  ///< empty: the profile only
  std::string scope;
  std::string nonce;
  std::int64_t auth_time = 0;
  bool with_auth_time = false;           ///< the client asked for `max_age`
  json::Value id_claims, access_claims;  ///< that rules and actions have added
  bool with_second_factor = false;       ///< the login had one
  std::string acr;                       ///< that was asked for and reached
  std::string organization;              ///< the id of the one that the person has logged in to
  json::Value permissions;               ///< that the access token tells; null: none. Found out anew each time
  std::string connection;                ///< that the person came by; empty: that of their account
  std::string scripted;                  ///< the words of `scope` that rules and actions have added
  std::int64_t epoch = 0;                ///< of the person when it was agreed on (`User::epoch`)
  std::int64_t withdrawals = -1;         ///< as in `Origin`
  std::string proof_key;         ///< thumbprint of the DPoP key that its tokens are bound to (RFC 9449 section 6.1)
  std::string proof_cert;        ///< thumbprint of the certificate that its tokens are bound to (RFC 8705 section 3.1)
  std::string transferred_from;  ///< the grant that its session was transferred from; empty: it was not
  std::string transferred_by;    ///< the application whose grant that was
  json::Value actor;             ///< `act` of an exchange (RFC 8693 section 4.1)

  [[nodiscard]] json::Value to_json() const;
  static Grant from_json(const json::Value& v);
};

/// The API and the scopes of it that may be given to a person for `audience` and `scope` as asked. `offline_access` is
/// left out where the client or the API does not allow it.
struct Access {
  std::string audience, scope;
  json::Value permissions = {};  ///< as in `Grant`
};
Result<Access> resolve_access(const Authority& a, const Client& client, std::string_view issuer,
                              std::string_view audience, std::string_view scope);

/// In seconds: as long as a grant that was revoked is remembered.
inline constexpr std::int64_t longest_access_token = 30 * 24 * 3600;

/// Whether a scope is of OpenID Connect and of no API: `openid`, `profile`, … and `offline_access`.
bool is_openid_scope(std::string_view word);

struct AccessToken {
  std::string value;
  std::int64_t expires_in;  ///< seconds
};
/// How long an access token of that grant lives that the token endpoint gives, in seconds.
std::int64_t access_token_lifetime(const Authority& a, const Grant& grant);
/// A JWT for an API; for the profile only, an opaque token. `from_browser`: it leaves through `/authorize`. `longest`:
/// seconds that it may live, whatever the API says.
AccessToken issue_access_token(const Authority& a, const Grant& grant, bool from_browser,
                               std::int64_t longest = longest_access_token);

/// An ID token; `access_token` and `code` are bound to it by their hashes when they leave together.
std::string issue_id_token(const Authority& a, const Grant& grant, const User& user, const Client& client,
                           std::string_view access_token, std::string_view code);

/// A machine's token (RFC 6749 section 4.4). `organization`: the id of the one in whose name it asks; empty: nobody's.
/// `confirmation`: its `cnf` (grants/proof.hpp), or null.
AccessToken issue_machine_token(const Authority& a, std::string_view issuer, const Client& client,
                                const std::string& audience, const std::string& scope,
                                const std::string& organization = {}, const json::Value& confirmation = {});

/// What an access token's claims say of where it comes from; empty for machine tokens.
struct TokenOrigin : Origin {
  std::string connection_id;  ///< the door that its person came by
  bool with_second_factor = false;
};
TokenOrigin origin_of(const json::Value& claims);
/// Ends everything that a grant gave: its refresh tokens, and its access tokens where this authority is asked.
Async<Unit> revoke_grant(Authority& a, std::string grant_id);
/// What `revoked_grants` has of a session that was revoked, with all that came of it.
inline std::string revoked_session(const std::string& id) { return "session " + id; }
/// Ends a session and the refresh tokens that came of it, and what is under way.
Async<Unit> revoke_session(Authority& a, std::string session_id);
/// The person whom a token was issued to; nobody if what it came of is over (`find_user_of_grant`).
Async<std::optional<User>> find_holder(Authority& a, const json::Value& claims);

}  // namespace ostia::authority
