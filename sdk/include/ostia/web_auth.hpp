// Login for a native program: `auth0.WebAuth` of the page.
#pragma once

#include "ostia/authentication.hpp"
#include "ostia/device.hpp"
#include "ostia/mfa.hpp"

namespace ostia {

/// A login in steps of the program's own, as web servers have it: send the person to `url`; keep `attempt`, which is
/// secret, with the person's session until the redirect comes.
struct LoginAttempt {
  std::string url = {};
  std::string attempt = {};
};

/// Logins in a window of the program's own (`Environment::browser` shows and closes it): `webAuth.popup` of the page.
class OSTIA_API Popup {
 public:
  explicit Popup(std::shared_ptr<sdk::Session> session) : session_(std::move(session)) {}

  /// As `WebAuth::authorize`, in the window: no listener; any redirect URI will do. Errors: `invalid_option` when the
  /// program has no browser of its own.
  Result<AuthResult> authorize(const AuthorizeOptions& options = {}, const CallOptions& call = {});
  Task<AuthResult> async_authorize(AuthorizeOptions options = {}, CallOptions call = {}) const;
  /// `WebAuth::login` under the page's name for it; needs no window.
  Result<AuthResult> login_with_credentials(const LoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_login_with_credentials(LoginOptions options, CallOptions call = {}) const;
  /// `WebAuth::passwordless_login` under the page's name for it; needs no window.
  Result<AuthResult> passwordless_verify(const PasswordlessLoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_passwordless_verify(PasswordlessLoginOptions options, CallOptions call = {}) const;
  /// `WebAuth::signup_and_login` under the page's name for it; needs no window.
  Result<AuthResult> signup_and_login(const SignupOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_signup_and_login(SignupOptions options, CallOptions call = {}) const;

 private:
  std::shared_ptr<sdk::Session> session_;
};

/// Login for a native program. `x` blocks; `async_x` gives a `Task` to start or to await. One object may be used from
/// several threads at once; copies share its session. Errors: those that `Authentication` lists, and a method's own.
class OSTIA_API WebAuth {
 public:
  explicit WebAuth(WebAuthOptions options);

  /// Logs a person in as RFC 8252 has it: opens the system's browser, waits for the redirect on the loopback address
  /// (any free port unless `redirect_uri` names one; IPv4 or IPv6) or, for a redirect URI of another scheme, for
  /// `handle_redirect`; redeems the code with PKCE, checks `state`, `iss` and the ID token. What comes without the
  /// `state` of this login, from whomever, does not end it; with `http://localhost`, both of its addresses have to be
  /// free. Takes as long as the person takes, at most `timeout_s`. Errors: `access_denied` and the like from the
  /// authority; `timeout`; `cannot_listen`; `no_browser`. `webAuth.authorize`
  Result<AuthResult> authorize(const AuthorizeOptions& options = {}, const CallOptions& call = {});
  Task<AuthResult> async_authorize(AuthorizeOptions options = {}, CallOptions call = {}) const;

  /// Hands in a redirect to a URI of the program's own scheme (`com.example.app:/callback?…`), from any thread. Whether
  /// a login of this object was waiting for it.
  bool handle_redirect(const std::string& url);

  /// The first half of `authorize`, for web servers and programs with their own way to and from the browser. Needs a
  /// `redirect_uri`.
  Result<LoginAttempt> begin_authorize(const AuthorizeOptions& options = {}, const CallOptions& call = {});
  Task<LoginAttempt> async_begin_authorize(AuthorizeOptions options = {}, CallOptions call = {}) const;
  /// The second half: `redirect` is the URL that the person came back to, or its query. An attempt counts once; forget
  /// it after this. Errors: `invalid_token` with `state_mismatch` when the redirect belongs to another attempt.
  Result<AuthResult> finish_authorize(const std::string& attempt, const std::string& redirect,
                                      const CallOptions& call = {});
  Task<AuthResult> async_finish_authorize(std::string attempt, std::string redirect, CallOptions call = {}) const;

  /// Reads an authorization response from a fragment, for programs that got it some other way. No value when the
  /// fragment holds no response. The expected `state` must be given. Errors: the authority's; `invalid_token`,
  /// `invalid_hash` with a `reason`. `webAuth.parseHash`
  Result<std::optional<AuthResult>> parse_hash(const ParseHashOptions& options, const CallOptions& call = {});
  Task<std::optional<AuthResult>> async_parse_hash(ParseHashOptions options, CallOptions call = {}) const;

  /// Logs in with a name and password that the program asked for itself, where the application is allowed cross-origin
  /// authentication. The session stays in this object's cookies, for `check_session`. Errors: the ten of the page's
  /// table. `webAuth.login`
  Result<AuthResult> login(const LoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_login(LoginOptions options, CallOptions call = {}) const;

  /// Has a code or link sent by mail or SMS. `webAuth.passwordlessStart`
  Result<json::Value> passwordless_start(const PasswordlessStartOptions& options, const CallOptions& call = {});
  Task<json::Value> async_passwordless_start(PasswordlessStartOptions options, CallOptions call = {}) const;
  /// Logs in with the code that came, as `login` does. `webAuth.passwordlessLogin`
  Result<AuthResult> passwordless_login(const PasswordlessLoginOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_passwordless_login(PasswordlessLoginOptions options, CallOptions call = {}) const;

  /// Makes an account. `webAuth.signup`
  Result<SignupResult> signup(const SignupOptions& options, const CallOptions& call = {});
  Task<SignupResult> async_signup(SignupOptions options, CallOptions call = {}) const;
  /// Makes an account and logs in with it. `webAuth.signupAndAuthorize`, `webAuth.redirect.signupAndLogin`
  Result<AuthResult> signup_and_login(const SignupOptions& options, const CallOptions& call = {});
  Task<AuthResult> async_signup_and_login(SignupOptions options, CallOptions call = {}) const;
  /// Asks for the mail that lets a person choose a new password. `webAuth.changePassword`
  Result<std::string> change_password(const ChangePasswordOptions& options, const CallOptions& call = {});
  Task<std::string> async_change_password(ChangePasswordOptions options, CallOptions call = {}) const;

  /// Tokens from the session of an earlier `login`, `passwordless_login` or `signup_and_login` of this object, without
  /// asking anybody. A login in the system's browser leaves no session here: `Credentials` renews those. Errors:
  /// `login_required`, `consent_required`, `interaction_required`. `webAuth.checkSession`, `webAuth.renewAuth`
  Result<AuthResult> check_session(const CheckSessionOptions& options = {}, const CallOptions& call = {});
  Task<AuthResult> async_check_session(CheckSessionOptions options = {}, CallOptions call = {}) const;

  /// Ends the session: this object's own, and in the browser, which is shown the authority's logout page. Tokens live
  /// on: `Credentials::clear` and `client().revoke` end those. `webAuth.logout`
  Status logout(const LogoutOptions& options = {}, const CallOptions& call = {});
  Task<Unit> async_logout(LogoutOptions options = {}, CallOptions call = {}) const;

  /// Checks an ID token from elsewhere: signature, issuer, audience, times, `nonce`. Its claims.
  /// `webAuth.validateToken`
  Result<json::Value> validate_token(const std::string& id_token, const std::string& nonce,
                                     const CallOptions& call = {});
  Task<json::Value> async_validate_token(std::string id_token, std::string nonce, CallOptions call = {}) const;

  /// The authentication API with the same options.
  Authentication& client() { return client_; }
  Popup popup() const { return Popup(session_); }
  Device device() const { return Device(session_); }
  Mfa mfa() const { return Mfa(session_); }

 private:
  friend class Credentials;
  friend class Popup;
  explicit WebAuth(std::shared_ptr<sdk::Session> session) : session_(std::move(session)), client_(session_) {}
  std::shared_ptr<sdk::Session> session_;
  Authentication client_;
};

}  // namespace ostia
