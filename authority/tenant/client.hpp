// An application of the tenant, as handlers read it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "ostia/json/value.hpp"

namespace ostia::authority {

/// `refresh_token` of an application. Times are in seconds.
struct RefreshTokenSettings {
  bool rotating = false;
  bool expiring = false, idle_expiring = false;
  std::int64_t leeway = 0;  ///< how long a rotated token still works
  std::int64_t lifetime = 2'592'000, idle_lifetime = 1'296'000;
};

/// One of `refresh_token.policies`: another API that the same refresh token gives access tokens for.
struct RefreshPolicy {
  std::string audience;
  std::vector<std::string> scopes;
};

/// `session_transfer` of an application: a login that goes from a native application to a page.
struct SessionTransfer {
  bool makes_tokens = false;                 ///< `can_create_session_transfer_token`
  bool by_cookie = false, by_query = false;  ///< `allowed_authentication_methods`
  bool binds_to_address = true;              ///< `enforce_device_binding`: `ip` (by default), or `none`
  bool allows_refresh_token = false;         ///< `allow_refresh_token`
  bool ends_with_refresh_tokens = true;      ///< `enforce_cascade_revocation`
  bool refreshes_within_session = true;      ///< `enforce_online_refresh_tokens`
};

/// What phones know an application by (`mobile`).
struct MobileApps {
  std::string android_package;
  std::vector<std::string> android_fingerprints;  ///< SHA-256 of the certificates that sign its builds: `AB:CD:…`
  std::string ios_app;                            ///< `TEAM.bundle.identifier`
};

/// A key that an application signs with.
struct ClientKey {
  std::string pem;         ///< the public half
  std::int64_t until = 0;  ///< seconds since 1970; 0: without an end (`expires_at`)
};

/// An application.
struct Client {
  std::string id, name, secret, logo;
  std::string auth_method;  ///< `token_endpoint_auth_method`
  std::vector<std::string> callbacks, allowed_logout_urls, web_origins, allowed_origins, grant_types;
  MobileApps mobile;
  std::vector<ClientKey> public_keys;  ///< for `private_key_jwt`
  std::vector<std::string> backchannel_logout_urls;
  std::string cross_origin_page;      ///< `cross_origin_loc`: where `crossOriginVerification()` runs
  std::string initiate_login_uri;     ///< where a person starts a login anew
  std::string signing_alg = "RS256";  ///< of ID tokens: one of `signing_algorithms()`, or `HS256`
  std::string hs256_key;              ///< the secret, decoded as `jwt_configuration.secret_encoded` says
  RefreshTokenSettings refresh_tokens;
  bool uses_organizations = false, requires_organization = false;  ///< `organization_usage`: `allow`, `require`
  bool asks_for_organization = false;  ///< `organization_require_behavior`: `pre_login_prompt`
  bool is_native = false;
  bool is_first_party = true;
  bool cross_origin_authentication = false;
  bool requires_par = false;               ///< `require_pushed_authorization_requests`
  bool requires_proof = false;             ///< `require_proof_of_possession`: no token that is bound to nothing
  bool requires_request_object = false;    ///< `signed_request_object.required` (RFC 9101)
  std::vector<ClientKey> request_keys;     ///< `signed_request_object.credentials`
  std::vector<std::string> certificates;   ///< SHA-256 thumbprints, base64url: `self_signed_tls_client_auth`
  std::vector<std::string> subject_names;  ///< distinguished names, RFC 4514: `tls_client_auth`
  bool exchanges_by_profile = false;       ///< `token_exchange.allow_any_profile_of_type: custom_authentication`
  std::string default_organization;        ///< at client credentials (`default_organization.flows`)
  bool approves_by_mail = false;           ///< `async_approval_notification_channels`: CIBA's page, by a mail's link
  std::vector<RefreshPolicy> refresh_policies;
  SessionTransfer session_transfer;
  bool is_registered = false;   ///< it registered itself (RFC 7591), or is a document at its own URL
  std::string resource_server;  ///< `resource_server_identifier`: the API that it is, whose tokens it may introspect
  /// `ostia.any_loopback_port`: as for a native application, the port of a loopback IP callback is free.
  bool any_loopback_port = false;
  /// `ostia.compat: auth0-js`: what the real auth0-js needs and RFC 9700 advises against is allowed (a code without
  /// PKCE).
  bool auth0_js_compatible = false;
  /// `ostia.compat: openid`: where the vendor differs from the standards, the standards: 400 for `invalid_grant`,
  /// `updated_at` as a number, scopes' claims from `/userinfo` alone where there is an access token.
  bool strict_openid = false;
  bool is_dashboard = false, is_account = false;  ///< this program's own
  std::string_view own_page;                      ///< of this program's own: the path of its page, below the issuer
  std::int64_t id_token_lifetime = 36000;         ///< seconds

  [[nodiscard]] bool is_public() const { return auth_method == "none"; }
  [[nodiscard]] bool has_grant(std::string_view grant) const;
  /// Whether a response to it may go to `uri`, which it lists or which is its own page at `issuer`.
  [[nodiscard]] bool may_redirect_to(std::string_view uri, std::string_view issuer) const;
  [[nodiscard]] bool may_return_to(std::string_view uri, std::string_view issuer) const;  ///< after a logout
  /// For CORS: what its scripts may call from.
  [[nodiscard]] bool allows_origin(std::string_view origin) const;
};

/// The application behind `/dashboard`. Every tenant has it, no file or API changes it, and it signs in administrators
/// only (`is_administrator`).
const Client& dashboard_client();

/// Whom a login at `/account` is for. It gets no code and no token: the session is all that the page needs.
const Client& account_client();

Client read_client(const json::Value& document);

/// Whether the signature over `input` is by one of the keys that are good at `now` (seconds since 1970).
bool is_signed_by(const std::vector<ClientKey>& keys, std::string_view alg, std::string_view input,
                  std::string_view signature, std::int64_t now);

/// Whether people may be sent to `uri` after a logout: it is one of `listed`. What stands in its query and its fragment
/// does not count, as the vendor documents it.
bool is_allowed_return(std::string_view uri, const std::vector<std::string>& listed);

/// `signing_alg` of an API, `jwt_configuration.alg` of an application: RS256 where it is none of ours. `HS256` needs a
/// secret to sign with.
std::string signing_alg(const json::Value& wanted, bool has_secret);

}  // namespace ostia::authority
