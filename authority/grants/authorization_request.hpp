// An authorization request (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1), read and judged. The order of
// the checks is the point: until the client and the redirect URI are known good, an error stays on our own page.
#pragma once

#include <optional>
#include <variant>

#include "http/message.hpp"
#include "pages/pages.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

struct AuthorizationRequest {
  std::string issuer;  ///< the domain that was asked
  std::string client_id, redirect_uri, response_type, response_mode, scope, audience, state, nonce, prompt, login_hint,
      id_token_hint, code_challenge, dpop_jkt, connection, connection_scope, screen_hint, ui_locales, acr_values,
      invitation;
  std::string organization;             ///< as it came, then its id
  std::optional<std::int64_t> max_age;  ///< seconds
  std::string authenticated;            ///< the session that was made for this very request, once there is one
  std::string selected;                 ///< the session that the person has chosen to go on with; old sessions stay old
  std::string consented;                ///< the session in which the person has agreed to this very request
  std::string extended;                 ///< what rules and actions made of it, as JSON, …
  std::string extended_for;             ///< … in this session
  std::string continues;                ///< the action that has sent the person somewhere
  std::string passkey_offered;          ///< the session in which a passkey was offered
  std::string user_code;                ///< of a device (RFC 8628), which has no redirect URI

  [[nodiscard]] bool wants(std::string_view type) const;    ///< one word of `response_type`
  [[nodiscard]] bool prompts(std::string_view what) const;  ///< one word of `prompt`

  [[nodiscard]] json::Value to_json() const;
  static AuthorizationRequest from_json(const json::Value& v);
};

/// An error for the client, in the request's own response mode.
struct ClientError {
  AuthorizationRequest request;
  std::string error, description;
};

using Judged = std::variant<AuthorizationRequest, ClientError, pages::ErrorPage>;

/// `pushed`: the parameters came through the pushed authorization request endpoint (RFC 9126). `now`: seconds since
/// 1970, for what a request object says.
Judged judge_authorization_request(const Tenant& tenant, const Parameters& parameters, std::string issuer, bool pushed,
                                   std::int64_t now);

}  // namespace ostia::authority
