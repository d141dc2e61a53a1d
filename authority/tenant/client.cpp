#include "tenant/client.hpp"

#include "base/clock.hpp"
#include "crypto/client_certificate.hpp"
#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// What the vendor gives an application that says nothing.
const char* default_auth_method(const std::string& app_type, const Client& c) {
  if (!c.public_keys.empty()) return "private_key_jwt";
  if (!c.certificates.empty()) return "self_signed_tls_client_auth";
  if (!c.subject_names.empty()) return "tls_client_auth";
  return app_type == "spa" || app_type == "native" ? "none" : "client_secret_post";
}

// RFC 9700 section 2.2.2: a public client's refresh tokens rotate, unless its configuration says otherwise.
RefreshTokenSettings read_refresh_tokens(const Value& v, bool is_public) {
  RefreshTokenSettings r;
  r.rotating = v["rotation_type"].is_string() ? v["rotation_type"].is("rotating") : is_public;
  r.expiring = v["expiration_type"].is_string() ? v["expiration_type"].is("expiring") : is_public;
  r.idle_expiring = r.expiring && !v["infinite_idle_token_lifetime"].as_bool();
  if (v["infinite_token_lifetime"].as_bool()) r.expiring = false;
  r.leeway = at_least(v["leeway"], 0, r.leeway);
  r.lifetime = at_least(v["token_lifetime"], 1, r.lifetime);
  r.idle_lifetime = at_least(v["idle_token_lifetime"], 1, r.idle_lifetime);
  return r;
}

std::string decoded(const std::string& secret, const Value& jwt_configuration) {
  if (!jwt_configuration["secret_encoded"].as_bool()) return secret;
  return text::base64url_decode(secret).value_or(secret);
}

std::vector<RefreshPolicy> read_refresh_policies(const Value& v) {
  std::vector<RefreshPolicy> out;
  for (const auto& policy : v.items())
    out.push_back({.audience = policy["audience"].text(), .scopes = texts(policy["scope"])});
  return out;
}

MobileApps read_mobile(const Value& v) {
  const std::string &team = v["ios"]["team_id"].text(), &bundle = v["ios"]["app_bundle_identifier"].text();
  return {.android_package = v["android"]["app_package_name"].text(),
          .android_fingerprints = texts(v["android"]["sha256_cert_fingerprints"]),
          .ios_app = team.empty() || bundle.empty() ? "" : team + "." + bundle};
}

SessionTransfer read_session_transfer(const Value& v) {
  const auto methods = texts(v["allowed_authentication_methods"]);
  return {.makes_tokens = v["can_create_session_transfer_token"].as_bool(),
          .by_cookie = contains(methods, "cookie"),
          .by_query = contains(methods, "query"),
          .binds_to_address = !v["enforce_device_binding"].is("none"),
          .allows_refresh_token = v["allow_refresh_token"].as_bool(),
          .ends_with_refresh_tokens = v["enforce_cascade_revocation"].as_bool(true),
          .refreshes_within_session = v["enforce_online_refresh_tokens"].as_bool(true)};
}

// The keys of `credentials` below `v`. An end that cannot be read has come.
std::vector<ClientKey> keys_of(const Value& v) {
  std::vector<ClientKey> out;
  for (const auto& credential : v["credentials"].items()) {
    const Value& end = credential["expires_at"];
    if (credential["pem"].is_string())
      out.push_back({credential["pem"].text(), end.is_string() ? parse_foreign_time(end.text()).value_or(1) : 0});
  }
  return out;
}

// Of a credential that is a certificate: what tells it, or what it says itself.
std::vector<std::string> of_certificates(const Value& v, const char* member, std::string ClientCertificate::* said) {
  std::vector<std::string> out;
  for (const auto& credential : v["credentials"].items()) {
    const auto certificate = read_certificate_pem(credential["pem"].text());
    if (certificate)
      out.push_back((*certificate).*said);
    else if (credential[member].is_string())
      out.push_back(credential[member].text());
  }
  return out;
}

}  // namespace

bool is_signed_by(const std::vector<ClientKey>& keys, std::string_view alg, std::string_view input,
                  std::string_view signature, std::int64_t now) {
  return std::any_of(keys.begin(), keys.end(), [&](const ClientKey& key) {
    return (key.until == 0 || key.until > now) && verify_signature(alg, key.pem, input, signature);
  });
}

std::string signing_alg(const Value& wanted, bool has_secret) {
  if (wanted.is("HS256") && has_secret) return "HS256";
  return wanted.is_string() && contains(signing_algorithms(), wanted.text()) ? wanted.text() : "RS256";
}

Client read_client(const Value& v) {
  const std::string app_type = text_or(v["app_type"], "");
  const Value& own = v["ostia"];
  const Value& jwt = v["jwt_configuration"];
  Client c;
  c.id = v["client_id"].text();
  c.name = text_or(v["name"], c.id.c_str());
  c.secret = text_or(v["client_secret"], "");
  c.logo = text_or(v["logo_uri"], "");
  const Value& methods = v["client_authentication_methods"];
  c.public_keys = keys_of(methods["private_key_jwt"]);
  c.certificates =
      of_certificates(methods["self_signed_tls_client_auth"], "thumbprint_sha256", &ClientCertificate::thumbprint);
  c.subject_names = of_certificates(methods["tls_client_auth"], "subject_dn", &ClientCertificate::subject);
  for (auto& name : c.subject_names) name = normal_name(name);
  c.request_keys = keys_of(v["signed_request_object"]);
  c.requires_request_object = v["signed_request_object"]["required"].as_bool();
  c.auth_method = text_or(v["token_endpoint_auth_method"], default_auth_method(app_type, c));
  c.callbacks = texts(v["callbacks"]);
  c.allowed_logout_urls = texts(v["allowed_logout_urls"]);
  c.web_origins = texts(v["web_origins"]);
  c.allowed_origins = texts(v["allowed_origins"]);
  c.grant_types = v.find("grant_types") ? texts(v["grant_types"]) : std::vector<std::string>{"authorization_code"};
  c.backchannel_logout_urls = texts(v["oidc_logout"]["backchannel_logout_urls"]);
  c.cross_origin_page = text_or(v["cross_origin_loc"], "");
  c.initiate_login_uri = text_or(v["initiate_login_uri"], "");
  c.signing_alg = signing_alg(jwt["alg"], true);
  c.hs256_key = decoded(c.secret, jwt);
  c.refresh_tokens = read_refresh_tokens(v["refresh_token"], c.is_public());
  c.requires_organization = v["organization_usage"].is("require");
  c.uses_organizations = c.requires_organization || v["organization_usage"].is("allow");
  c.asks_for_organization = v["organization_require_behavior"].is("pre_login_prompt");
  c.is_native = app_type == "native";
  c.mobile = read_mobile(v["mobile"]);
  c.is_first_party = v["is_first_party"].as_bool(true);
  c.cross_origin_authentication = v["cross_origin_authentication"].as_bool() || v["cross_origin_auth"].as_bool();
  c.requires_par = v["require_pushed_authorization_requests"].as_bool();
  c.requires_proof = v["require_proof_of_possession"].as_bool();
  c.exchanges_by_profile = contains(texts(v["token_exchange"]["allow_any_profile_of_type"]), "custom_authentication");
  if (contains(texts(v["default_organization"]["flows"]), "client_credentials"))
    c.default_organization = text_or(v["default_organization"]["organization_id"], "");
  c.approves_by_mail = contains(texts(v["async_approval_notification_channels"]), "email");
  c.refresh_policies = read_refresh_policies(v["refresh_token"]["policies"]);
  c.session_transfer = read_session_transfer(v["session_transfer"]);
  c.is_registered = own["registered"].as_bool();
  c.resource_server = text_or(v["resource_server_identifier"], "");
  c.any_loopback_port = c.is_native || own["any_loopback_port"].as_bool();
  c.auth0_js_compatible = own["compat"].is("auth0-js");
  c.strict_openid = own["compat"].is("openid");
  c.id_token_lifetime = at_least(jwt["lifetime_in_seconds"], 1, c.id_token_lifetime);
  return c;
}

bool Client::has_grant(std::string_view grant) const { return contains(grant_types, grant); }

namespace {

Client own_client(const char* id, const char* name, std::string_view page) {
  Client c;
  c.id = id;
  c.name = name;
  c.own_page = page;
  c.auth_method = "none";
  c.grant_types.clear();
  return c;
}

bool is_own_page(const Client& client, std::string_view uri, std::string_view issuer) {
  return uri.starts_with(issuer) && uri.substr(issuer.size()) == client.own_page;
}

}  // namespace

const Client& dashboard_client() {
  static const Client client = [] {
    Client c = own_client("ostia-dashboard", "Ostia dashboard", "dashboard");
    c.grant_types = {"authorization_code"};
    c.is_dashboard = true;
    return c;
  }();
  return client;
}

const Client& account_client() {
  static const Client client = [] {
    Client c = own_client("ostia-account", "Your account", "account");
    c.is_account = true;
    return c;
  }();
  return client;
}

bool Client::may_redirect_to(std::string_view uri, std::string_view issuer) const {
  if (!own_page.empty()) return is_own_page(*this, uri, issuer);
  return oauth::is_registered_redirect_uri(uri, callbacks, {.any_loopback_port = any_loopback_port});
}

bool Client::may_return_to(std::string_view uri, std::string_view issuer) const {
  if (!own_page.empty()) return is_own_page(*this, uri, issuer);
  // OpenID Connect RP-Initiated Logout section 3.1 has it exact.
  if (strict_openid) return oauth::is_registered_redirect_uri(uri, allowed_logout_urls, {});
  return is_allowed_return(uri, allowed_logout_urls);
}

// AZ-801 · Auth0: allowed_logout_urls
bool is_allowed_return(std::string_view uri, const std::vector<std::string>& listed) {
  if (oauth::is_registered_redirect_uri(uri, listed, {})) return true;
  const auto without_query = [](std::string_view address) { return address.substr(0, address.find_first_of("?#")); };
  std::vector<std::string> places;
  for (const auto& one : listed) places.emplace_back(without_query(one));
  return url::parse(uri) && oauth::is_registered_redirect_uri(without_query(uri), places, {});
}

bool Client::allows_origin(std::string_view origin) const {
  return oauth::is_allowed_origin(origin, web_origins, callbacks) ||
         oauth::is_allowed_origin(origin, allowed_origins, {});
}

}  // namespace ostia::authority
