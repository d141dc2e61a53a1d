#include "tenant/connection.hpp"

#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// The vendor's least lengths (AZ-406).
std::int64_t least_length(const std::string& level) {
  if (level == "none") return 1;
  if (level == "low") return 6;
  return level == "excellent" ? 10 : 8;
}

PasswordPolicy read_policy(const Value& options) {
  PasswordPolicy p;
  p.level = text_or(options["passwordPolicy"], "good");
  p.min_length = at_least(options["password_complexity_options"]["min_length"], 1, least_length(p.level));
  if (options["password_history"]["enable"].as_bool()) p.history = at_least(options["password_history"]["size"], 1, 5);
  p.dictionary = options["password_dictionary"]["enable"].as_bool();
  p.words = texts(options["password_dictionary"]["dictionary"]);
  p.no_personal_info = options["password_no_personal_info"]["enable"].as_bool();
  return p;
}

SmsSettings read_sms(const Value& options) {
  SmsSettings s;
  if (options["provider"].is("sms_gateway")) {
    s.gateway = text_or(options["gateway_url"], "");
    s.gateway_token = text_or(options["gateway_token"], "");
  }
  s.twilio_url = text_or(options["ostia"]["twilio_url"], s.twilio_url.c_str());
  s.twilio_sid = text_or(options["twilio_sid"], "");
  s.twilio_token = text_or(options["twilio_token"], "");
  s.from = text_or(options["from"], "");
  s.messaging_service = text_or(options["messaging_service_sid"], "");
  return s;
}

// What is known of a provider without asking it. A provider with an `issuer` alone is asked (OpenID Connect Discovery).
struct Provider {
  const char *strategy, *issuer, *authorization_url, *token_url, *userinfo_url, *scope;
  bool is_oidc, uses_pkce, secret_in_header;
};
constexpr Provider providers[] = {
    {"google-oauth2", "https://accounts.google.com", "", "", "", "openid email profile", true, true, false},
    {"apple", "https://appleid.apple.com", "", "", "", "openid name email", true, false, false},
    {"linkedin", "https://www.linkedin.com/oauth", "", "", "", "openid profile email", true, false, false},
    {"windowslive", "", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
     "https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://graph.microsoft.com/oidc/userinfo",
     "openid profile email", false, true, false},
    {"github", "", "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token",
     "https://api.github.com/user", "read:user user:email", false, true, false},
    {"facebook", "", "https://www.facebook.com/v19.0/dialog/oauth",
     "https://graph.facebook.com/v19.0/oauth/access_token",
     "https://graph.facebook.com/v19.0/me?fields=id,name,email,first_name,last_name,picture", "public_profile email",
     false, true, false},
    {"twitter", "", "https://x.com/i/oauth2/authorize", "https://api.x.com/2/oauth2/token",
     "https://api.x.com/2/users/me?user.fields=profile_image_url", "users.read tweet.read", false, true, true},
    {"oauth2", "", "", "", "", "", false, false, false},
    {"oidc", "", "", "", "", "openid profile email", true, true, false},
    {"okta", "", "", "", "", "openid profile email", true, true, false},
};

const Provider* find_provider(std::string_view strategy) {
  const auto* it = std::find_if(std::begin(providers), std::end(providers),
                                [&](const Provider& p) { return strategy == p.strategy; });
  return it == std::end(providers) ? nullptr : it;
}

// `scope` is a text or a list; the social connections of the vendor have a member for each scope, too.
std::string read_scope(const Value& options, const char* otherwise) {
  std::string out = options["scope"].is_string() ? options["scope"].text() : "";
  for (const auto& word : texts(options["scope"])) out.append(out.empty() ? "" : " ").append(word);
  return out.empty() ? otherwise : out;
}

Upstream read_upstream(const std::string& strategy, const Value& options) {
  Upstream u;
  const Provider* p = find_provider(strategy);
  if (!p) return u;
  const auto given = [&](std::initializer_list<const char*> names, const char* otherwise) {
    for (const char* name : names)
      if (options[name].is_string() && !options[name].text().empty()) return options[name].text();
    return std::string(otherwise);
  };
  u.is_oidc = p->is_oidc;
  u.client_id = given({"client_id", "app_id"}, "");
  u.client_secret = given({"client_secret", "app_secret"}, "");
  u.issuer = given({"issuer"}, p->issuer);
  if (u.issuer.empty() && strategy == "okta" && options["domain"].is_string())
    u.issuer = "https://" + options["domain"].text();
  u.discovery_url = given({"discovery_url"}, "");
  u.authorization_url = given({"authorization_endpoint", "authorizationURL"}, p->authorization_url);
  u.token_url = given({"token_endpoint", "tokenURL"}, p->token_url);
  u.userinfo_url = given({"userinfo_endpoint", "userInfoURL"}, p->userinfo_url);
  u.jwks_url = given({"jwks_uri"}, "");
  u.end_session_url = given({"end_session_endpoint"}, "");
  u.team_id = given({"team_id"}, "");
  u.key_id = given({"kid"}, "");
  u.is_front_channel = u.is_oidc && options["type"].is("front_channel");
  u.scope = read_scope(options, p->scope);
  u.uses_pkce = options.find("pkce_enabled") ? options["pkce_enabled"].as_bool() : p->uses_pkce;
  if (options["connection_settings"]["pkce"].is("disabled")) u.uses_pkce = false;
  u.secret_in_header = options["token_endpoint_auth_method"].is("client_secret_basic") || p->secret_in_header;
  if (options["useOauthSpecScope"].is_null() && options["ostia"]["client_secret_basic"].as_bool())
    u.secret_in_header = true;
  u.is_stand_in = options["ostia"]["stand_in"].as_bool();
  u.upstream_params = options["upstream_params"];
  return u;
}

}  // namespace

bool is_known_strategy(std::string_view strategy) {
  return strategy == "auth0" || strategy == "email" || strategy == "sms" || find_provider(strategy);
}

bool Connection::is_enabled_for(const Client& client) const {
  if (client.is_dashboard) return is_for_administrators;
  if (client.is_account) return everywhere || !enabled_clients.empty();  // whoever can sign in somewhere
  return everywhere || contains(enabled_clients, client.id) || (is_for_third_parties && !client.is_first_party);
}

bool Connection::takes_signups_for(const Client& client) const {
  return !disable_signup && !client.is_dashboard && is_enabled_for(client);
}

Connection read_connection(const Value& v) {
  const Value& options = v["options"];
  Connection c;
  c.name = v["name"].text();
  c.strategy = text_or(v["strategy"], "auth0");
  c.is_for_third_parties = v["is_domain_connection"].as_bool();
  c.id = id_of(section_of("database"), v);
  c.display_name = text_or(v["display_name"], "");
  c.upstream = read_upstream(c.strategy, options);
  c.syncs_profile = !options["set_user_root_attributes"].is("on_first_login");
  c.takes_passkeys = options["authentication_methods"]["passkey"]["enabled"].as_bool();
  c.shows_button = v["show_as_button"].as_bool(true);
  c.enabled_clients = texts(v["enabled_clients"]);
  c.everywhere = !v.find("enabled_clients");
  c.disable_signup = options["disable_signup"].as_bool();
  c.requires_username = options["requires_username"].as_bool();
  c.username_min = at_least(options["validation"]["username"]["min"], 1, c.username_min);
  c.username_max = at_least(options["validation"]["username"]["max"], 1, c.username_max);
  c.brute_force_protection = options["brute_force_protection"].as_bool(true);
  c.password_policy = read_policy(options);
  c.otp.length = std::clamp<std::int64_t>(at_least(options["totp"]["length"], 4, c.otp.length), 4, 12);
  c.otp.lifetime = at_least(options["totp"]["time_step"], 1, c.otp.lifetime);
  c.sms = read_sms(options);
  // An e-mail connection's wording is in `email`, a text message's in `template`.
  const Value& email = options["email"];
  c.wording = {text_or(email["from"], ""), text_or(email["subject"], ""), text_or(email["body"], ""), true};
  if (c.strategy == "sms") c.wording.body = text_or(options["template"], "");
  c.wording.liquid = !(email["syntax"].is("md_with_macros") || options["syntax"].is("md_with_macros"));
  return c;
}

}  // namespace ostia::authority
