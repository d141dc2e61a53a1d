#include "ostia/authentication.hpp"

#include "call.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/exchange.hpp"
#include "ostia/auth0/requests.hpp"

namespace ostia {

using namespace sdk;

namespace {

Error required(const char* option) {
  return caller_error("invalid_option", std::string(option) + " is required", "invalid_option");
}

// A method of the token endpoint, its options by the page's names.
Task<AuthResult> token_task(const std::shared_ptr<Session>& session, CallOptions call, const char* method,
                            const char* grant_type, Value options) {
  if (grant_type) options.set("grantType", grant_type);
  return with_base<AuthResult>(
      session, std::move(call), [method, options = std::move(options)](Call& host, const Value& base) {
        auto answer = auth0::request_tokens(host, base, method, options);
        if (!answer) return Result<AuthResult>(std::move(answer).error());
        return tokens(auth0::read_tokens(host, base, *answer, {{}, {}, auth0::text_of(options["organization"]), {}}));
      });
}

// A method with a request of its own, its options by the page's names, as JSON.
template <class T>
Task<T> json_task(const std::shared_ptr<Session>& session, CallOptions call, const char* method, Value options,
                  T (*convert)(Value), std::string language = {}) {
  return with_base<T>(
      session, std::move(call), [=, options = std::move(options)](Call& host, const Value& base) -> Result<T> {
        auto request = auth0::build_request(method, base, options);
        if (!request) return std::move(request).error();
        const std::string path = (*request)["path"].text();
        return converted<T>(auth0::post_json(host, base, path.c_str(), (*request)["body"], false, language), convert);
      });
}

Value as_it_is(Value value) { return value; }
Unit nothing(Value) { return {}; }
std::string sentence(Value value) { return value.text(); }

}  // namespace

Authentication::Authentication(WebAuthOptions options) : session_(std::make_shared<Session>(options)) {}
Authentication::Authentication(std::shared_ptr<Session> session) : session_(std::move(session)) {}

Result<std::string> Authentication::build_authorize_url(const AuthorizeOptions& options) const {
  if (!session_) return moved_from();
  if (!session_->base()) return session_->base().error();
  auto built = auth0::build_authorize_url(*session_->base(), to_value(options));
  if (!built) return std::move(built).error();
  return std::move(built->url);
}

Result<std::string> Authentication::build_logout_url(const LogoutOptions& options) const {
  if (!session_) return moved_from();
  if (!session_->base()) return session_->base().error();
  return auth0::build_logout_url(*session_->base(), to_value(options));
}

Result<std::string> Authentication::build_verify_url(const PasswordlessLoginOptions& options) const {
  if (!session_) return moved_from();
  if (!session_->base()) return session_->base().error();
  return auth0::build_verify_url(*session_->base(), to_value(options));
}

Task<UserProfile> Authentication::async_user_info(std::string access_token, CallOptions call) const {
  return with_base<UserProfile>(
      session_, std::move(call),
      [access_token = std::move(access_token)](Call& host, const Value& base) -> Result<UserProfile> {
        if (access_token.empty()) return required("access_token");
        const auto answer = auth0::send_authorized(
            host, base, {"GET", auth0::endpoint(base, "/userinfo"), {{"Accept", "application/json"}}, {}},
            access_token);
        if (!answer) return answer.error();
        auto profile = auth0::read_answer(*answer);
        if (profile && (!profile->is_object() || !(*profile)["sub"].is_string()))
          return peer_error("invalid_response",
                            "/userinfo answered without a profile (content type \"" + answer->content_type + "\")",
                            "answer_not_json");
        return converted<UserProfile>(std::move(profile), to_profile);
      });
}

Task<AuthResult> Authentication::async_oauth_token(OauthTokenOptions options, CallOptions call) const {
  return token_task(session_, std::move(call), "oauthToken", nullptr, to_value(options));
}

Task<AuthResult> Authentication::async_login(LoginOptions options, CallOptions call) const {
  return token_task(session_, std::move(call), "login", "http://auth0.com/oauth/grant-type/password-realm",
                    to_value(options));
}

Task<AuthResult> Authentication::async_login_with_default_directory(LoginOptions options, CallOptions call) const {
  return token_task(session_, std::move(call), "loginWithDefaultDirectory", "password", to_value(options));
}

Task<Value> Authentication::async_login_with_resource_owner(LoginOptions options, CallOptions call) const {
  Value v = to_value(options);
  set_text(v, "connection", options.realm);
  return json_task<Value>(session_, std::move(call), "loginWithResourceOwner", std::move(v), as_it_is);
}

Task<Value> Authentication::async_delegation(Parameters parameters, CallOptions call) const {
  Value v = Value::object();
  for (const auto& [name, value] : parameters) v.set(name, value);
  return json_task<Value>(session_, std::move(call), "delegation", std::move(v), as_it_is);
}

Task<AuthResult> Authentication::async_custom_token_exchange(TokenExchangeOptions options, CallOptions call) const {
  return token_task(session_, std::move(call), "customTokenExchange", "urn:ietf:params:oauth:grant-type:token-exchange",
                    to_value(options));
}

Task<AuthResult> Authentication::async_refresh_token(RefreshTokenOptions options, CallOptions call) const {
  return with_base<AuthResult>(
      session_, std::move(call), [options = std::move(options)](Call& host, const Value& base) -> Result<AuthResult> {
        if (options.refresh_token.empty()) return required("refresh_token");
        // No scope or audience of the constructor's: without them the authority gives what it gave before.
        Value body = Value::object({{"grant_type", "refresh_token"}, {"refresh_token", options.refresh_token}});
        set_text(body, "scope", options.scope);
        set_text(body, "audience", options.audience);
        auto answer = auth0::post_token(host, base, std::move(body));
        if (!answer) return std::move(answer).error();
        return tokens(auth0::read_tokens(host, base, *answer, {}));
      });
}

Task<Unit> Authentication::async_revoke(std::string refresh_token, CallOptions call) const {
  return with_base<Unit>(
      session_, std::move(call), [token = std::move(refresh_token)](Call& host, const Value& base) -> Status {
        if (token.empty()) return required("refresh_token");
        return converted<Unit>(auth0::post_form(host, base, "/oauth/revoke", Value::object({{"token", token}})),
                               nothing);
      });
}

Task<Value> Authentication::async_get_user_country(CallOptions call) const {
  return with_base<Value>(session_, std::move(call), [](Call& host, const Value& base) -> Result<Value> {
    const auto answer = host.http({"GET", auth0::endpoint(base, "/user/geoloc/country"), {}, {}});
    if (!answer) return answer.error();
    return auth0::read_answer(*answer);
  });
}

Task<SignupResult> Authentication::async_signup(SignupOptions options, CallOptions call) const {
  return json_task<SignupResult>(session_, std::move(call), "signup", to_value(options), to_signup_result);
}

Task<std::string> Authentication::async_change_password(ChangePasswordOptions options, CallOptions call) const {
  return json_task<std::string>(session_, std::move(call), "changePassword", to_value(options), sentence);
}

Task<Value> Authentication::async_passwordless_start(PasswordlessStartOptions options, CallOptions call) const {
  return json_task<Value>(session_, std::move(call), "passwordlessStart", to_value(options), as_it_is,
                          options.request_language);
}

Task<Unit> Authentication::async_passwordless_verify(PasswordlessLoginOptions options, CallOptions call) const {
  Value v = to_value(options);
  if (session_ && session_->base()) v.set("clientID", (*session_->base())["clientID"]);
  return json_task<Unit>(session_, std::move(call), "passwordlessVerify", std::move(v), nothing);
}

Result<Headers> Authentication::authorization_headers(const std::string& method, const std::string& url,
                                                      const std::string& access_token, const std::string& nonce) const {
  // Nothing is asked of a peer, so this ends on the spot.
  return with_base<Headers>(session_, {},
                            [&](Call& host, const Value& base) {
                              return auth0::authorization_headers(host, base, {method, url, {}, {}}, access_token,
                                                                  nonce);
                            })
      .wait();
}

// The blocking forms.

Result<UserProfile> Authentication::user_info(const std::string& access_token, const CallOptions& call) {
  return async_user_info(access_token, call).wait();
}
Result<AuthResult> Authentication::oauth_token(const OauthTokenOptions& options, const CallOptions& call) {
  return async_oauth_token(options, call).wait();
}
Result<AuthResult> Authentication::login(const LoginOptions& options, const CallOptions& call) {
  return async_login(options, call).wait();
}
Result<AuthResult> Authentication::login_with_default_directory(const LoginOptions& options, const CallOptions& call) {
  return async_login_with_default_directory(options, call).wait();
}
Result<Value> Authentication::login_with_resource_owner(const LoginOptions& options, const CallOptions& call) {
  return async_login_with_resource_owner(options, call).wait();
}
Result<Value> Authentication::delegation(const Parameters& parameters, const CallOptions& call) {
  return async_delegation(parameters, call).wait();
}
Result<AuthResult> Authentication::custom_token_exchange(const TokenExchangeOptions& options, const CallOptions& call) {
  return async_custom_token_exchange(options, call).wait();
}
Result<AuthResult> Authentication::refresh_token(const RefreshTokenOptions& options, const CallOptions& call) {
  return async_refresh_token(options, call).wait();
}
Status Authentication::revoke(const std::string& refresh_token, const CallOptions& call) {
  return async_revoke(refresh_token, call).wait();
}
Result<Value> Authentication::get_user_country(const CallOptions& call) { return async_get_user_country(call).wait(); }
Result<SignupResult> Authentication::signup(const SignupOptions& options, const CallOptions& call) {
  return async_signup(options, call).wait();
}
Result<std::string> Authentication::change_password(const ChangePasswordOptions& options, const CallOptions& call) {
  return async_change_password(options, call).wait();
}
Result<Value> Authentication::passwordless_start(const PasswordlessStartOptions& options, const CallOptions& call) {
  return async_passwordless_start(options, call).wait();
}
Status Authentication::passwordless_verify(const PasswordlessLoginOptions& options, const CallOptions& call) {
  return async_passwordless_verify(options, call).wait();
}

Result<std::string> generate_dpop_key(const Environment& environment) {
  return (environment.crypto ? environment.crypto : openssl_crypto())->generate_key();
}

}  // namespace ostia
