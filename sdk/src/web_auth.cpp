#include "host.hpp"
#include "loopback.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/native_login.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/ostia.hpp"

namespace ostia {
namespace {

using json::Value;

void set_text(Value& to, const char* name, const std::string& text) {
  if (!text.empty()) to.set(name, text);
}

Value to_value(const WebAuthOptions& o) {
  Value v = Value::object({{"domain", o.domain}, {"clientID", o.client_id}, {"leeway", o.leeway}});
  set_text(v, "redirectUri", o.redirect_uri);
  set_text(v, "scope", o.scope);
  set_text(v, "audience", o.audience);
  set_text(v, "responseType", o.response_type);
  set_text(v, "responseMode", o.response_mode);
  if (o.disable_deprecation_warnings) v.set("_disableDeprecationWarnings", true);
  return v;
}

Value to_value(const AuthorizeOptions& o) {
  Value v = Value::object();
  set_text(v, "audience", o.audience);
  set_text(v, "connection", o.connection);
  set_text(v, "scope", o.scope);
  set_text(v, "responseType", o.response_type);
  set_text(v, "clientID", o.client_id);
  set_text(v, "redirectUri", o.redirect_uri);
  set_text(v, "state", o.state);
  set_text(v, "prompt", o.prompt);
  set_text(v, "nonce", o.nonce);
  set_text(v, "login_hint", o.login_hint);
  set_text(v, "codeChallenge", o.code_challenge);
  if (!o.code_challenge.empty()) v.set("codeChallengeMethod", "S256");
  if (o.max_age) v.set("maxAge", *o.max_age);
  for (const auto& [name, value] : o.parameters) v.set(name, value);
  return v;
}

AuthResult to_result(const Value& v) {
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

}  // namespace

struct Authentication::State {
  WebAuthOptions options;
  sdk::NativeHost host;
  Result<Value> base;  // the options as the core completed them, or what is wrong with them
};

Authentication::Authentication(WebAuthOptions options)
    : state_(std::make_unique<State>(State{std::move(options), {}, Error{}})) {
  state_->host.ca_file = state_->options.ca_file;
  Value base = to_value(state_->options);
  for (const auto& [name, text] :
       {std::pair{"domain", &state_->options.domain}, {"client_id", &state_->options.client_id}})
    if (text->empty()) {
      state_->base = caller_error("invalid_option", std::string(name) + " is required", "invalid_option");
      return;
    }
  const Value derived = auth0::derive_base(base);
  for (std::size_t i = 0; i < derived.size(); ++i) base.set(derived.keys()[i], derived.items()[i]);
  state_->base = std::move(base);
}

Authentication::~Authentication() = default;
Authentication::Authentication(Authentication&&) noexcept = default;
Authentication& Authentication::operator=(Authentication&&) noexcept = default;

Result<std::string> Authentication::build_authorize_url(const AuthorizeOptions& options) const {
  if (!state_->base) return state_->base.error();
  auto built = auth0::build_authorize_url(*state_->base, to_value(options));
  if (!built) return std::move(built).error();
  return std::move(built->url);
}

Result<std::string> Authentication::build_logout_url(const LogoutOptions& options) const {
  if (!state_->base) return state_->base.error();
  Value v = Value::object();
  set_text(v, "returnTo", options.return_to);
  if (options.client_id) v.set("clientID", options.client_id->empty() ? Value("\x01u") : Value(*options.client_id));
  if (options.federated) v.set("federated", true);
  return auth0::build_logout_url(*state_->base, v);
}

Result<UserProfile> Authentication::user_info(const std::string& access_token) {
  if (!state_->base) return state_->base.error();
  if (access_token.empty()) return caller_error("invalid_option", "access_token is required", "invalid_option");
  auto answer = state_->host.http({"GET",
                                   auth0::endpoint(*state_->base, "/userinfo"),
                                   {{"Accept", "application/json"}, {"Authorization", "Bearer " + access_token}},
                                   {}});
  auto profile = answer ? auth0::read_answer(*answer) : Result<Value>(answer.error());
  if (!profile) return std::move(profile).error();
  if (!(*profile)["sub"].is_string())
    return peer_error("invalid_response", "the authority's answer has no sub", "answer_malformed");
  return to_profile(*std::move(profile));
}

WebAuth::WebAuth(WebAuthOptions options) : client_(std::move(options)) {}

Result<AuthResult> WebAuth::authorize(const AuthorizeOptions& options) {
  auto& state = *client_.state_;
  if (!state.base) return state.base.error();
  const std::string& own = options.redirect_uri.empty() ? state.options.redirect_uri : options.redirect_uri;
  auto loopback = sdk::Loopback::open(own.empty() ? "http://127.0.0.1/callback" : own);
  if (!loopback) return std::move(loopback).error();
  state.host.on_browse = [&](const std::string& url) -> Result<std::string> {
    if (!(options.open_url ? options.open_url(url) : sdk::open_system_browser(url)))
      return Error{"browser_unavailable", "No browser could be opened: set BROWSER, or open the URL yourself",
                   "browser_unavailable", 0, Fault::ours};
    return loopback->wait(options.timeout_s);
  };
  Value given = to_value(options);
  given.set("redirectUri", loopback->redirect_uri());
  auto result = auth0::native_login(state.host, *state.base, given);
  state.host.on_browse = nullptr;
  if (!result) return std::move(result).error();
  return to_result(*result);
}

Result<std::optional<AuthResult>> WebAuth::parse_hash(const ParseHashOptions& options) {
  auto& state = *client_.state_;
  if (!state.base) return state.base.error();
  Value v = Value::object();
  set_text(v, "state", options.state);
  set_text(v, "nonce", options.nonce);
  auto result = auth0::parse_hash(state.host, *state.base, v, auth0::parse_fragment(options.hash));
  if (!result) return std::move(result).error();
  if (result->is_null()) return std::optional<AuthResult>();
  return std::optional(to_result(*result));
}

}  // namespace ostia
