// What goes into the methods and what comes out. Members have the page's names in snake_case and the page's order;
// what is empty was not given, and is taken from `WebAuthOptions` where the page does so.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia {

/// Parameters that are sent as they are, beside what an option struct names.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Options of `WebAuth`. Only the first two are required; the rest are defaults for its methods.
struct WebAuthOptions {
  std::string domain = {};  ///< the authority's host, or its origin with the scheme (`http://localhost:8080`)
  std::string client_id = {};
  std::string redirect_uri = {};   ///< empty: `http://127.0.0.1/callback` on a free port
  std::string scope = {};          ///< empty: `openid profile email`
  std::string audience = {};       ///< the API that tokens are for; empty: the profile
  std::string response_type = {};  ///< for `build_authorize_url` and `parse_hash`; logins always use `code`
  std::string response_mode = {};
  std::int64_t leeway = 60;  ///< seconds that clocks may differ, at most 300
  bool disable_deprecation_warnings = false;
  std::string ca_file = {};  ///< PEM of the certificates to trust; empty: `SSL_CERT_FILE`, else the system's

  // Beyond the page.
  std::string issuer = {};                ///< when it is not `https://DOMAIN/`
  std::string jwks_uri = {};              ///< when it is not `ISSUER.well-known/jwks.json`
  std::string organization = {};          ///< `org_…` or a name; checked in ID tokens
  std::string client_secret = {};         ///< for confidential clients: programs that run on servers
  std::string client_key = {};            ///< private key for `private_key_jwt` (RFC 7523): JSON Web Key or PEM
  std::string client_key_algorithm = {};  ///< of a PEM `client_key`; empty: RS256
  std::string id_token_algorithms = {};   ///< what ID tokens may be signed with, words; empty: RS256
  bool pushed_requests = false;           ///< push authorization requests (RFC 9126)
  std::string dpop_key = {};  ///< binds tokens to this key (RFC 9449): a private JSON Web Key of `generate_dpop_key`
  Environment environment = {};
};

/// Options of `authorize`, `build_authorize_url`, `popup().authorize` and `check_session`.
struct AuthorizeOptions {
  std::string audience = {};
  std::string connection = {};
  std::string scope = {};
  std::string response_type = {};
  std::string client_id = {};
  std::string redirect_uri = {};
  std::string state = {};
  std::string prompt = {};
  std::string nonce = {};
  std::string login_hint = {};
  std::string code_challenge = {};           ///< S256, for `build_authorize_url`
  std::optional<std::int64_t> max_age = {};  ///< seconds since the last sign-in; checked against `auth_time`
  Parameters parameters = {};                ///< sent as they are
  std::int64_t timeout_s = 300;              ///< how long a login waits for the person, in seconds
  /// Shows the URL to the person instead of the browser; false means that it could not.
  std::function<bool(const std::string& url)> open_url = {};
  std::string organization = {};
  std::string invitation = {};
  std::string screen_hint = {};
  std::string ui_locales = {};
  std::string acr_values = {};
  std::string app_state = {};  ///< comes back in the result
};

/// `check_session` takes what `authorize` takes.
using CheckSessionOptions = AuthorizeOptions;

/// Options of `parse_hash`.
struct ParseHashOptions {
  std::string state = {};  ///< expected
  std::string nonce = {};  ///< expected
  std::string hash = {};   ///< the fragment of the redirect, with or without `#`
};

/// Options of `login`. Either `username` or `email`.
struct LoginOptions {
  std::string username = {};
  std::string email = {};
  std::string password = {};
  std::string realm = {};  ///< the database connection
  std::string audience = {};
  std::string scope = {};
  std::string captcha = {};
  std::string redirect_uri = {};
  std::string organization = {};
  Parameters parameters = {};
};

/// Options of `signup`.
struct SignupOptions {
  std::string email = {};
  std::string password = {};
  std::string username = {};
  std::string connection = {};
  json::Value user_metadata = {};  ///< an object of texts
  std::string given_name = {}, family_name = {}, name = {}, nickname = {}, picture = {};
  std::string captcha = {};
};

/// A new account.
struct SignupResult {
  std::string id = {}, email = {}, username = {};
  bool email_verified = false;
  json::Value members = {};  ///< all of the answer
};

/// Options of `change_password`.
struct ChangePasswordOptions {
  std::string connection = {};
  std::string email = {};
  std::string captcha = {};
  std::string organization = {};
};

/// Options of `passwordless_start`.
struct PasswordlessStartOptions {
  std::string connection = {};    ///< `email` or `sms`
  std::string send = {};          ///< `code` or `link`; empty: a link
  std::string phone_number = {};  ///< E.164
  std::string email = {};
  Parameters auth_params = {};        ///< for the link's authorization request
  std::string request_language = {};  ///< of the message, as in Accept-Language
};

/// Options of `passwordless_login` and `client().passwordless_verify`.
struct PasswordlessLoginOptions {
  std::string connection = {};
  std::string verification_code = {};
  std::string phone_number = {};
  std::string email = {};
  std::string audience = {};
  std::string scope = {};
  Parameters parameters = {};
};

/// Options of `logout` and `build_logout_url`.
struct LogoutOptions {
  std::string return_to = {};
  std::optional<std::string> client_id = {};  ///< empty text: none, so that the tenant's list counts
  bool federated = false;
};

/// Options of `client().oauth_token`: a request to the token endpoint by its own names.
struct OauthTokenOptions {
  std::string grant_type = {};
  std::string client_id = {}, client_secret = {};
  std::string code = {}, redirect_uri = {}, code_verifier = {};
  std::string refresh_token = {};
  std::string username = {}, password = {}, realm = {};
  std::string otp = {};
  std::string audience = {}, scope = {}, organization = {};
  Parameters parameters = {};
};

/// Options of `client().custom_token_exchange` (RFC 8693).
struct TokenExchangeOptions {
  std::string subject_token = {};
  std::string subject_token_type = {};
  std::string audience = {}, scope = {}, organization = {};
  Parameters parameters = {};
};

/// Options of `client().refresh_token`.
struct RefreshTokenOptions {
  std::string refresh_token = {};
  std::string scope = {}, audience = {};
};

/// What an authorization gave. Strings are empty when absent.
struct AuthResult {
  std::string access_token = {};
  std::int64_t expires_in = 0;  ///< seconds
  std::string id_token = {};
  json::Value id_token_payload = {};  ///< checked claims; null without an ID token
  std::string app_state = {};
  std::string refresh_token = {};
  std::string state = {};
  std::string token_type = {};
  std::string scope = {};
};

/// A person, as the authority's `/userinfo` tells. Strings are empty when absent.
struct UserProfile {
  std::string sub = {}, name = {}, nickname = {}, given_name = {}, family_name = {}, picture = {}, email = {},
              updated_at = {};
  bool email_verified = false;
  json::Value claims = {};  ///< all of it
};

/// A fresh key for `WebAuthOptions::dpop_key`. Keep it as long as the tokens: they are worth nothing without it.
OSTIA_API Result<std::string> generate_dpop_key(const Environment& environment = {});

}  // namespace ostia
