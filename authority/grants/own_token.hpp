// Whose word it is: what this authority takes back as its own statement. One table says which kind of token each use
// takes, and one function judges by it; nothing else here reads a JWT of ours. docs/security.md shows the table.
#pragma once

#include <optional>

#include "state/authority.hpp"

namespace ostia::authority {

/// What a token that has come back is to prove.
enum class TokenUse : std::uint8_t {
  userinfo,        ///< who somebody is (OpenID Connect Core section 5.3)
  management,      ///< that the Management API may be called
  mfa,             ///< that somebody's second factors may be changed
  subject_token,   ///< for whom a token is exchanged (RFC 8693)
  id_token_hint,   ///< who is, or was, signed in (Core section 3.1.2.1); the only one that may have expired
  linked_account,  ///< that the account to link is the caller's, too
  tokeninfo,       ///< whose profile `/tokeninfo` tells
  introspection,   ///< what it is good for, told to who may know (RFC 7662)
};

/// The claims of `token` if this authority made it for `issuer` and it is good for `use` now: of the right kind
/// (`typ`, and what only access tokens have), signed with a key that this authority alone holds, and for the one
/// audience that `use` has. What somebody else can sign, too, by the shared secret of an API or an application (HS256),
/// is nobody's word here. Whether its grant has been revoked since is the caller's to ask (`find_holder`).
std::optional<json::Value> read_own_token(const Authority& a, TokenUse use, std::string_view issuer,
                                          std::string_view token);

/// Whether this authority made the access token for `issuer`, whatever it is for. It opens nothing: it is for messages
/// that tell a good token of the wrong audience from none.
bool is_own_access_token(const Authority& a, std::string_view issuer, std::string_view token);

/// The application that an access token of ours was given to.
const std::string& client_of(const json::Value& claims);
/// Whether it was given to an application by itself, and to nobody's (RFC 6749 section 4.4).
bool is_machine_token(const json::Value& claims);

/// The audience of the MFA API at `issuer`.
inline std::string mfa_audience(std::string_view issuer) { return std::string(issuer) + "mfa/"; }
/// The audience of `/userinfo` at `issuer`.
inline std::string userinfo_audience(std::string_view issuer) { return std::string(issuer) + "userinfo"; }
/// Whether `audience` is the Management API, by the canonical domain or by the one that was asked.
bool is_management_api(const Authority& a, std::string_view issuer, std::string_view audience);

/// Whether `audience` is one of this authority's own at `issuer`: what is signed for it is signed by its own key, and
/// no API may have it as its identifier.
bool is_reserved_audience(const Authority& a, std::string_view issuer, std::string_view audience);

}  // namespace ostia::authority
