// The authentication API: `webAuth.client` of the page.
#pragma once

#include "ostia/options.hpp"
#include "ostia/task.hpp"

namespace ostia {

namespace sdk {
class Session;
}

/// The authentication API's methods. `x` blocks; `async_x` gives a `Task` to start or to await. Every one may be called
/// from several threads at once. Errors of all networked methods, beside their own: `invalid_option` (caller's, names
/// the option); the authority's own `code` with its `status`; `request_error` when there was no answer; `timeout`;
/// `cancelled`; `invalid_token` with a `reason` when an ID token is refused.
class OSTIA_API Authentication {
 public:
  explicit Authentication(WebAuthOptions options);
  explicit Authentication(std::shared_ptr<sdk::Session> session);

  /// The URL to which a person is sent to log in (RFC 6749 section 4.1.1). Needs `response_type`, and `nonce` for an ID
  /// token without a code. Errors: `invalid_option`. `client.buildAuthorizeUrl`
  [[nodiscard]] Result<std::string> build_authorize_url(const AuthorizeOptions& options = {}) const;
  /// The URL that ends the session at the authority. Errors: `invalid_option`. `client.buildLogoutUrl`
  [[nodiscard]] Result<std::string> build_logout_url(const LogoutOptions& options = {}) const;
  /// The URL that turns a one-time code into a session. Errors: `invalid_option`. `passwordless.buildVerifyUrl`
  [[nodiscard]] Result<std::string> build_verify_url(const PasswordlessLoginOptions& options) const;

  /// The profile of the person for whom `access_token` was issued. `client.userInfo`
  Result<UserProfile> user_info(const std::string& access_token, const CallOptions& call = {});
  Task<UserProfile> async_user_info(std::string access_token, CallOptions call = {}) const;

  /// A request to the token endpoint; whatever the grant, an ID token in the answer is checked. Error `mfa_required`
  /// carries `Error::mfa_token` for `mfa()`. `client.oauthToken`
  Result<AuthResult> oauth_token(const OauthTokenOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_oauth_token(OauthTokenOptions options, CallOptions call = {}) const;

  /// Password login with a named database (`password-realm`), for clients that may use it. `client.login`
  Result<AuthResult> login(const LoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_login(LoginOptions options, CallOptions call = {}) const;

  /// Password login with the tenant's default directory (RFC 6749 section 4.3). `client.loginWithDefaultDirectory`
  Result<AuthResult> login_with_default_directory(const LoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_login_with_default_directory(LoginOptions options, CallOptions call = {}) const;

  /// The legacy `/oauth/ro`. `client.loginWithResourceOwner`
  Result<json::Value> login_with_resource_owner(const LoginOptions& options, const CallOptions& call = {});
  Task<json::Value> async_login_with_resource_owner(LoginOptions options, CallOptions call = {}) const;

  /// The legacy `/delegation`; `parameters` are sent as they are and must have `grant_type`. `client.delegation`
  Result<json::Value> delegation(const Parameters& parameters, const CallOptions& call = {});
  Task<json::Value> async_delegation(Parameters parameters, CallOptions call = {}) const;

  /// Trades a token for another (RFC 8693). `client.customTokenExchange`
  Result<AuthResult> custom_token_exchange(const TokenExchangeOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_custom_token_exchange(TokenExchangeOptions options, CallOptions call = {}) const;

  /// New tokens for a refresh token (RFC 6749 section 6). With rotation the result holds the next refresh token, and
  /// the old one is spent: `Credentials` does the bookkeeping.
  Result<AuthResult> refresh_token(const RefreshTokenOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_refresh_token(RefreshTokenOptions options, CallOptions call = {}) const;

  /// Ends a refresh token and what came of it (RFC 7009).
  Status revoke(const std::string& refresh_token, const CallOptions& call = {});
  Task<Unit> async_revoke(std::string refresh_token, CallOptions call = {}) const;

  /// The person's country as the authority sees it: `{"country_code": …}`. `client.getUserCountry`
  Result<json::Value> get_user_country(const CallOptions& call = {});
  Task<json::Value> async_get_user_country(CallOptions call = {}) const;

  /// Makes an account in a database. `client.dbConnection.signup`
  Result<SignupResult> signup(const SignupOptions& options, const CallOptions& call = {});
  Task<SignupResult> async_signup(SignupOptions options, CallOptions call = {}) const;

  /// Asks for the mail that lets a person choose a new password. The result is the authority's sentence.
  /// `client.dbConnection.changePassword`
  Result<std::string> change_password(const ChangePasswordOptions& options, const CallOptions& call = {});
  Task<std::string> async_change_password(ChangePasswordOptions options, CallOptions call = {}) const;

  /// Has a code or link sent by mail or SMS. `client.passwordless.start`
  Result<json::Value> passwordless_start(const PasswordlessStartOptions& options, const CallOptions& call = {});
  Task<json::Value> async_passwordless_start(PasswordlessStartOptions options, CallOptions call = {}) const;

  /// Checks a code without using it up. `client.passwordless.verify`
  Status passwordless_verify(const PasswordlessLoginOptions& options, const CallOptions& call = {});
  Task<Unit> async_passwordless_verify(PasswordlessLoginOptions options, CallOptions call = {}) const;

  /// Headers for the program's own request to an API with `access_token`: `Authorization`, and a proof when the token
  /// is bound to `dpop_key`. `nonce`: the API's last `DPoP-Nonce`. `url` without query.
  Result<Headers> authorization_headers(const std::string& method, const std::string& url,
                                        const std::string& access_token, const std::string& nonce = {}) const;

 private:
  std::shared_ptr<sdk::Session> session_;
};

}  // namespace ostia
