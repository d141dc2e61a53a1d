// Ostia for C++ programs: login against any authority that speaks Auth0's API or OpenID Connect.
//
//   ostia::WebAuth auth({.domain = "login.example.com", .client_id = "…"});
//   auto result = auth.authorize();                    // system browser, loopback redirect, code + PKCE
//   if (!result) return complain(result.error());
//   auto user = auth.client().user_info(result->access_token);
//
// Every call that can fail returns ostia::Result<T>; nothing throws. An object may be used by one thread at a time;
// different objects are independent.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia {

/// Options of `WebAuth`. Only the first two are required; the rest are defaults for its methods.
struct WebAuthOptions {
  std::string domain = {};  ///< the authority's host, or its origin with the scheme (`http://localhost:8080`)
  std::string client_id = {};
  std::string redirect_uri = {};   ///< empty: `http://127.0.0.1/callback` on a free port
  std::string scope = {};          ///< empty: `openid profile email`
  std::string audience = {};       ///< the API that tokens are for; empty: the profile
  std::string response_type = {};  ///< for `build_authorize_url` and `parse_hash`; `authorize` always uses `code`
  std::string response_mode = {};
  std::int64_t leeway = 60;  ///< seconds that clocks may differ, at most 300
  bool disable_deprecation_warnings = false;
  std::string ca_file = {};  ///< PEM of the certificates to trust; empty: `SSL_CERT_FILE`, else the system's
};

/// Options of `authorize` and `build_authorize_url`. What is empty is taken from `WebAuthOptions`.
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
  std::vector<std::pair<std::string, std::string>> parameters = {};  ///< sent as they are
  std::int64_t timeout_s = 300;  ///< how long `authorize` waits for the person, in seconds
  /// Shows the URL to the person instead of the system's browser; false means that it could not.
  std::function<bool(const std::string& url)> open_url = {};
};

/// Options of `parse_hash`.
struct ParseHashOptions {
  std::string state = {};  ///< expected
  std::string nonce = {};  ///< expected
  std::string hash = {};   ///< the fragment of the redirect, with or without `#`
};

/// Options of `build_logout_url`.
struct LogoutOptions {
  std::string return_to = {};
  std::optional<std::string> client_id = {};  ///< empty text: none, so that the tenant's list counts
  bool federated = false;
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

/// The authentication API's methods, `webAuth.client` of the page.
class Authentication {
 public:
  explicit Authentication(WebAuthOptions options);
  ~Authentication();
  Authentication(Authentication&&) noexcept;
  Authentication& operator=(Authentication&&) noexcept;

  /// The URL to which a person is sent to log in (RFC 6749 section 4.1.1). Needs `response_type`, and `nonce` for an ID
  /// token without a code. Errors: `invalid_option`.
  [[nodiscard]] Result<std::string> build_authorize_url(const AuthorizeOptions& options = {}) const;

  /// The URL that ends the session at the authority. Errors: `invalid_option`.
  [[nodiscard]] Result<std::string> build_logout_url(const LogoutOptions& options = {}) const;

  /// The profile of the person for whom `access_token` was issued; blocks for one HTTP exchange. Errors: the
  /// authority's, with its `status`; `request_error` when there was no answer.
  Result<UserProfile> user_info(const std::string& access_token);

 private:
  friend class WebAuth;
  struct State;
  std::unique_ptr<State> state_;
};

/// Login for a native program.
class WebAuth {
 public:
  explicit WebAuth(WebAuthOptions options);

  /// Logs a person in as RFC 8252 has it: opens the system's browser, waits on the loopback address for the redirect,
  /// redeems the code with PKCE and checks the ID token. Blocks for as long as the person takes, at most `timeout_s`.
  /// Errors: `invalid_option`; `access_denied` and the like from the authority; `timeout`; `invalid_token` with a
  /// `reason`; `request_error`.
  Result<AuthResult> authorize(const AuthorizeOptions& options = {});

  /// Reads an authorization response from a fragment, for programs that got it some other way. No value when the
  /// fragment holds no response. The expected `state` must be given. Errors: the authority's; `invalid_token`,
  /// `invalid_hash` with a `reason`.
  Result<std::optional<AuthResult>> parse_hash(const ParseHashOptions& options);

  /// The authentication API with the same options.
  Authentication& client() { return client_; }

 private:
  Authentication client_;
};

}  // namespace ostia
