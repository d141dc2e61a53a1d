// The tenant's rules and actions (AZ-1501 to AZ-1505): run after a person has been authenticated and before anything
// is given, on every login and on every silent one. They may refuse, add claims, ask for a second factor, or send the
// person somewhere first.
#pragma once

#include "accounts/users.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// What a rule or an action is told of a login.
struct ExtendedLogin {
  User user;
  std::string client_id, protocol;  ///< `oidc-basic-profile`, `oauth2-password`, `oauth2-refresh-token`, …
  std::string audience, scope, redirect_uri, state, response_type, acr_values, prompt;
  std::string session_id, organization;
  std::vector<std::string> methods;  ///< what has been proven by: `pwd`, `mfa`
  json::Value transfer;              ///< `event.session_transfer_token`; null: none
  json::Value returned;              ///< what came back from where the person was sent; null: nobody was sent anywhere
  std::string continues;             ///< the action that had sent them
  json::Value decided;               ///< what rules and earlier actions had made of it before that (`Extension`)
};

/// What they make of a login.
struct Extension {
  json::Value id_claims = json::Value::object(), access_claims = json::Value::object();
  std::string scope;            ///< as it is now
  std::string added;            ///< the words of it that the person's permissions do not give
  std::string redirect_to, by;  ///< where the person goes first, and the action that says so
  bool second_factor = false;   ///< is wanted, if none has been shown
  bool remembers_browser = false;

  [[nodiscard]] json::Value to_json() const;
  /// What was kept, for a login that has `scope` now: what the person may not have any more is gone from it.
  static Extension from_json(const json::Value& v, std::string_view scope);
};

/// What tells the tenant's rules, and its actions up to the one called `last`, from others: where these have changed
/// while somebody was away, they begin again.
std::string scripts_mark(const Tenant& tenant, std::string_view last);

/// Runs the actions of `job` alone, and gives what they say to do. Errors: as below.
Async<json::Value> run_action(Authority& a, json::Value job);

/// Runs them all, in their order. Errors: `unauthorized` or `access_denied` with the words of the script that refused;
/// `server_error` where one took too long, died, or there is nothing to run it with: a login is refused then.
Async<Extension> run_extensions(Authority& a, const Request& request, ExtendedLogin login);

}  // namespace ostia::authority
