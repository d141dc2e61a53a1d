#include "convert.hpp"

namespace ostia::sdk {
namespace {

using Members = std::initializer_list<std::pair<const char*, const std::string*>>;

Value texts(Members members) {
  Value v = Value::object();
  for (const auto& [name, text] : members) set_text(v, name, *text);
  return v;
}

void add(Value& to, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) to.set(name, value);
}

}  // namespace

void set_text(Value& to, const char* name, const std::string& text) {
  if (!text.empty()) to.set(name, text);
}

Value to_value(const WebAuthOptions& o) {
  Value v = texts({{"domain", &o.domain},
                   {"clientID", &o.client_id},
                   {"redirectUri", &o.redirect_uri},
                   {"scope", &o.scope},
                   {"audience", &o.audience},
                   {"responseType", &o.response_type},
                   {"responseMode", &o.response_mode},
                   {"organization", &o.organization},
                   {"clientSecret", &o.client_secret},
                   {"clientKeyAlgorithm", &o.client_key_algorithm},
                   {"idTokenAlgorithms", &o.id_token_algorithms}});
  v.set("leeway", o.leeway);
  if (o.disable_deprecation_warnings) v.set("_disableDeprecationWarnings", true);
  if (o.pushed_requests) v.set("pushed", true);
  Value overrides = texts({{"__token_issuer", &o.issuer}, {"__jwks_uri", &o.jwks_uri}});
  if (overrides.size() > 0) v.set("overrides", std::move(overrides));
  return v;
}

Value to_value(const AuthorizeOptions& o) {
  Value v = texts({{"audience", &o.audience},
                   {"connection", &o.connection},
                   {"scope", &o.scope},
                   {"responseType", &o.response_type},
                   {"clientID", &o.client_id},
                   {"redirectUri", &o.redirect_uri},
                   {"state", &o.state},
                   {"prompt", &o.prompt},
                   {"nonce", &o.nonce},
                   {"login_hint", &o.login_hint},
                   {"codeChallenge", &o.code_challenge},
                   {"organization", &o.organization},
                   {"invitation", &o.invitation},
                   {"screen_hint", &o.screen_hint},
                   {"ui_locales", &o.ui_locales},
                   {"acr_values", &o.acr_values},
                   {"appState", &o.app_state}});
  if (!o.code_challenge.empty()) v.set("codeChallengeMethod", "S256");
  if (o.max_age) v.set("maxAge", *o.max_age);
  add(v, o.parameters);
  return v;
}

Value to_value(const LoginOptions& o) {
  Value v = texts({{"username", o.username.empty() ? &o.email : &o.username},
                   {"password", &o.password},
                   {"realm", &o.realm},
                   {"audience", &o.audience},
                   {"scope", &o.scope},
                   {"captcha", &o.captcha},
                   {"redirectUri", &o.redirect_uri},
                   {"organization", &o.organization}});
  add(v, o.parameters);
  return v;
}

Value to_value(const SignupOptions& o) {
  Value v = texts({{"email", &o.email},
                   {"password", &o.password},
                   {"username", &o.username},
                   {"connection", &o.connection},
                   {"given_name", &o.given_name},
                   {"family_name", &o.family_name},
                   {"name", &o.name},
                   {"nickname", &o.nickname},
                   {"picture", &o.picture},
                   {"captcha", &o.captcha}});
  if (!o.user_metadata.is_null()) v.set("user_metadata", o.user_metadata);
  return v;
}

Value to_value(const ChangePasswordOptions& o) {
  return texts(
      {{"connection", &o.connection}, {"email", &o.email}, {"captcha", &o.captcha}, {"organization", &o.organization}});
}

Value to_value(const PasswordlessStartOptions& o) {
  Value v =
      texts({{"connection", &o.connection}, {"send", &o.send}, {"phoneNumber", &o.phone_number}, {"email", &o.email}});
  if (o.send.empty()) v.set("send", "link");
  Value parameters = Value::object();
  add(parameters, o.auth_params);
  if (parameters.size() > 0) v.set("authParams", std::move(parameters));
  return v;
}

Value to_value(const PasswordlessLoginOptions& o) {
  Value v = texts({{"connection", &o.connection},
                   {"verificationCode", &o.verification_code},
                   {"phoneNumber", &o.phone_number},
                   {"email", &o.email},
                   {"audience", &o.audience},
                   {"scope", &o.scope}});
  add(v, o.parameters);
  return v;
}

Value to_value(const LogoutOptions& o) {
  Value v = texts({{"returnTo", &o.return_to}});
  if (o.client_id) v.set("clientID", o.client_id->empty() ? Value("\x01u") : Value(*o.client_id));
  if (o.federated) v.set("federated", true);
  return v;
}

Value to_value(const OauthTokenOptions& o) {
  Value v = texts({{"grantType", &o.grant_type},
                   {"clientID", &o.client_id},
                   {"clientSecret", &o.client_secret},
                   {"code", &o.code},
                   {"redirectUri", &o.redirect_uri},
                   {"codeVerifier", &o.code_verifier},
                   {"refreshToken", &o.refresh_token},
                   {"username", &o.username},
                   {"password", &o.password},
                   {"realm", &o.realm},
                   {"otp", &o.otp},
                   {"audience", &o.audience},
                   {"scope", &o.scope},
                   {"organization", &o.organization}});
  add(v, o.parameters);
  return v;
}

Value to_value(const TokenExchangeOptions& o) {
  Value v = texts({{"subjectToken", &o.subject_token},
                   {"subjectTokenType", &o.subject_token_type},
                   {"audience", &o.audience},
                   {"scope", &o.scope},
                   {"organization", &o.organization}});
  add(v, o.parameters);
  return v;
}

AuthResult to_auth_result(const Value& v) {
  return {.access_token = v["accessToken"].text(),
          .expires_in = v["expiresIn"].as_int().value_or(0),
          .id_token = v["idToken"].text(),
          .id_token_payload = v["idTokenPayload"],
          .app_state = v["appState"].text(),
          .refresh_token = v["refreshToken"].text(),
          .state = v["state"].text(),
          .token_type = v["tokenType"].text(),
          .scope = v["scope"].text()};
}

UserProfile to_profile(Value v) {
  UserProfile p{.sub = v["sub"].text(),
                .name = v["name"].text(),
                .nickname = v["nickname"].text(),
                .given_name = v["given_name"].text(),
                .family_name = v["family_name"].text(),
                .picture = v["picture"].text(),
                .email = v["email"].text(),
                .updated_at = v["updated_at"].text(),
                .email_verified = v["email_verified"].as_bool(),
                .claims = {}};
  p.claims = std::move(v);
  return p;
}

SignupResult to_signup_result(Value v) {
  SignupResult r{.id = v.find("_id") ? v["_id"].text() : v["id"].text(),
                 .email = v["email"].text(),
                 .username = v["username"].text(),
                 .email_verified = v["email_verified"].as_bool(),
                 .members = {}};
  r.members = std::move(v);
  return r;
}

}  // namespace ostia::sdk
