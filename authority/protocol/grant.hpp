// What a client is given: which API and scopes, and the tokens that say so.
#pragma once

#include "protocol/authority.hpp"

namespace ostia::authority {

/// What was agreed on: by whom, for whom, for what.
struct Grant {
  std::string issuer, client_id, user_id, session_id;
  std::string audience;  ///< empty: the profile only
  std::string scope;
  std::string nonce;
  std::int64_t auth_time = 0;
  bool with_auth_time = false;  ///< the client asked for `max_age`

  [[nodiscard]] json::Value to_json() const;
  static Grant from_json(const json::Value& v);
};

/// The API and the scopes of it that may be given to a person for `audience` and `scope` as asked.
struct Access {
  std::string audience, scope;
};
Result<Access> resolve_access(const Authority& a, std::string_view issuer, std::string_view audience,
                              std::string_view scope);

/// Whether `audience` is the Management API, by the canonical domain or by the one that was asked.
bool is_management_api(const Authority& a, std::string_view issuer, std::string_view audience);

struct AccessToken {
  std::string value;
  std::int64_t expires_in;  ///< seconds
};
/// A JWT for an API; for the profile only, an opaque token. `from_browser`: it leaves through `/authorize`.
AccessToken issue_access_token(const Authority& a, const Grant& grant, bool from_browser);

/// An ID token; `access_token` and `code` are bound to it by their hashes when they leave together.
std::string issue_id_token(const Authority& a, const Grant& grant, const User& user, const Client& client,
                           std::string_view access_token, std::string_view code);

/// A machine's token (RFC 6749 section 4.4).
AccessToken issue_machine_token(const Authority& a, std::string_view issuer, const Client& client,
                                const std::string& audience, const std::string& scope);

/// The claims of an access token that this authority issued for `issuer`, opaque or JWT; nothing if it is not good now.
std::optional<json::Value> read_access_token(const Authority& a, std::string_view issuer, std::string_view token);

}  // namespace ostia::authority
