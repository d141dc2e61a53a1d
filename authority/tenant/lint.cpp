#include "tenant/lint.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "tenant/bounds.hpp"
#include "tenant/captcha.hpp"
#include "tenant/documents.hpp"
#include "tenant/kept.hpp"
#include "tenant/reading.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Findings = std::vector<Finding>;

constexpr std::int64_t day = 86400;  // seconds

bool is_public(const Value& client) {
  if (client["token_endpoint_auth_method"].is_string()) return client["token_endpoint_auth_method"].is("none");
  return client["app_type"].is("spa") || client["app_type"].is("native");
}

void lint_grants(Findings& out, const Value& client, const std::string& at) {
  const auto grants = texts(client["grant_types"]);
  if (contains(grants, "implicit"))
    out.push_back({at + ".grant_types", "implicit puts tokens into URLs", "RFC 9700 section 2.1.2",
                   "take \"implicit\" out; use response_type=code with PKCE"});
  for (const char* grant : {"password", "http://auth0.com/oauth/grant-type/password-realm"})
    if (contains(grants, grant))
      out.push_back({at + ".grant_types", std::string("\"") + grant + "\" hands people's passwords to the application",
                     "RFC 9700 section 2.4", "take it out; let people log in on the authority's page"});
  if (contains(grants, "client_credentials") && is_public(client))
    out.push_back({at + ".grant_types", "client_credentials without a secret proves nothing", "RFC 6749 section 4.4",
                   "take it out, or give the application a secret (token_endpoint_auth_method)"});
}

void lint_urls(Findings& out, const Value& client, const std::string& at) {
  for (const char* list : {"callbacks", "web_origins", "allowed_origins", "allowed_logout_urls"})
    for (const auto& uri : texts(client[list])) {
      const auto url = url::parse(uri);
      if (uri.find('*') != uri.npos)
        out.push_back({at + "." + list, "\"" + uri + "\" has a wildcard: whoever gets a name under it gets the codes",
                       "RFC 9700 section 2.1", "list each URL as it is"});
      else if (url && url->scheme == "http" && !url::is_loopback_host(url->host))
        out.push_back({at + "." + list, "\"" + uri + "\" is not encrypted", "RFC 9700 section 2.6", "use https"});
    }
}

void lint_tokens(Findings& out, const Value& client, const std::string& at) {
  if (client["jwt_configuration"]["alg"].is("HS256"))
    out.push_back({at + ".jwt_configuration.alg",
                   "HS256 lets whoever can check an ID token make one, so this authority takes none of them back "
                   "(id_token_hint, link_with, /tokeninfo)",
                   "RFC 8725 section 3.2", "set it to RS256"});
  if (client["ostia"]["compat"].is("auth0-js"))
    out.push_back({at + ".ostia.compat", "codes without PKCE are allowed for this public client",
                   "RFC 9700 section 2.1.1", "take it out once the application sends a code_challenge"});
  const Value& refresh = client["refresh_token"];
  if (is_public(client) && refresh["rotation_type"].is("non-rotating") &&
      contains(texts(client["grant_types"]), "refresh_token"))
    out.push_back({at + ".refresh_token.rotation_type",
                   "refresh tokens of a public client that do not rotate can be used by a thief unnoticed",
                   "RFC 9700 section 2.2.2", "set it to rotating"});
  if (client["session_transfer"]["enforce_device_binding"].is("asn"))
    out.push_back({at + ".session_transfer.enforce_device_binding",
                   "\"asn\" counts as \"ip\": there is no list of networks here, and the address has to be the same",
                   "Auth0: session_transfer", "say \"ip\""});
  if (client["cross_origin_authentication"].as_bool() || client["cross_origin_auth"].as_bool())
    out.push_back({at + ".cross_origin_authentication", "the application's own page handles passwords",
                   "RFC 9700 section 2.4", "turn it off; let people log in on the authority's page"});
}

void lint_api(Findings& out, const Value& api) {
  const std::string at = "resourceServers[" + api["identifier"].text() + "]";
  if (api["signing_alg"].is("HS256"))
    out.push_back(
        {at + ".signing_alg",
         "HS256 lets whoever can check a token make one, so this authority takes none of them back (/userinfo, "
         "token exchange)",
         "RFC 8725 section 3.2", "set it to RS256"});
  if (api["token_lifetime"].as_int().value_or(0) > day)
    out.push_back({at + ".token_lifetime", "access tokens that live longer than a day outlive a revocation",
                   "RFC 9700 section 2.2.1", "set it to 86400 or less, and use refresh tokens"});
}

// Scopes of the Management API that are as good as being an administrator, and how (docs/security.md has the list).
constexpr std::pair<std::string_view, const char*> administrative[] = {
    {"update:administrators", "makes administrators"},
    {"update:users", "sets an administrator's password or address"},
    {"create:authentication_methods", "gives an administrator a second factor of its own"},
    {"update:authentication_methods", "gives an administrator a second factor of its own"},
    {"create:user_tickets", "makes a link that sets an administrator's password"},
    {"create:client_grants", "gives itself every scope"},
    {"update:client_grants", "gives itself every scope"},
    {"read:client_keys", "reads the secrets of applications that have such scopes"},
    {"update:clients", "sets the secret of an application that has such scopes"},
    {"update:client_keys", "sets the secret of an application that has such scopes"},
    {"create:email_provider", "sends the mails that reset an administrator's password to itself"},
    {"update:email_provider", "sends the mails that reset an administrator's password to itself"},
    {"create:email_templates", "puts the link that resets an administrator's password wherever it likes"},
    {"update:email_templates", "puts the link that resets an administrator's password wherever it likes"},
    {"create:custom_domains", "makes a domain of its own the one that the link that resets a password leads to"},
};

void lint_grant(Findings& out, const Value& grant) {
  if (!grant["audience"].text().ends_with("api/v2/")) return;  // a file may say `{issuer}api/v2/`
  const auto scopes = texts(grant["scope"]);
  const std::string at = "clientGrants[" + grant["client_id"].text() + "].scope";
  if (grant["allow_all_scopes"].as_bool())
    out.push_back({"clientGrants[" + grant["client_id"].text() + "].allow_all_scopes",
                   "all scopes of the Management API are as good as an administrator", "RFC 9700 section 2.3",
                   "name the scopes that it needs, or guard the application's secret as an administrator's password"});
  for (const auto& [scope, how] : administrative)
    if (contains(scopes, scope))
      out.push_back({at, std::string(scope) + " is as good as an administrator: it " + how, "RFC 9700 section 2.3",
                     "take it out, or guard the application's secret as an administrator's password"});
}

void lint_upstream(Findings& out, const Value& connection) {
  const Value& options = connection["options"];
  const std::string at = "connections[" + connection["name"].text() + "].options";
  if (connection["strategy"].is("oauth2") && !options["pkce_enabled"].as_bool())
    out.push_back({at + ".pkce_enabled", "codes of this upstream can be put into another login",
                   "RFC 9700 section 2.1.1", "set it to true, if the upstream knows PKCE"});
  if (options["type"].is("front_channel"))
    out.push_back({at + ".type", "ID tokens come through the browser", "RFC 9700 section 2.1.2",
                   "set it to back_channel, with a client_secret"});
}

void lint_captcha(Findings& out, const Value& protection) {
  const auto captcha = read_captcha(protection["captcha"], protection["botDetection"]);
  const std::string missing = missing_captcha_key(captcha);
  if (missing.empty() || !asks_anybody(captcha)) return;
  out.push_back({"attackProtection.captcha." + missing,
                 "\"" + captcha.provider + "\" is to ask for CAPTCHAs and has no keys: nobody whom it asks can log in",
                 "OWASP Automated Threats OAT-008",
                 "set what the provider gave you, or set active_provider_id to simple_captcha"});
}

void lint_tenant(Findings& out, const Value& config) {
  const Value& protection = config["attackProtection"];
  if (protection["bruteForceProtection"].is_object() && !protection["bruteForceProtection"]["enabled"].as_bool(true))
    out.push_back({"attackProtection.bruteForceProtection", "passwords can be guessed without end",
                   "RFC 9700 section 4", "turn it on"});
  lint_captcha(out, protection);
  const Value& administration = config["tenant"]["ostia"]["administration"];
  if (administration["second_factor"].is_bool() && !administration["second_factor"].as_bool())
    out.push_back({"tenant.ostia.administration.second_factor", "a password alone administers this tenant",
                   "NIST SP 800-63B section 4.2", "take it out: administrators are then asked for a second factor"});
  const auto turned_on = [](const Value& factor) { return factor["enabled"].as_bool(); };
  const auto& factors = config["guardianFactors"].items();
  if (contains(texts(config["guardianPolicies"]["policies"]), "all-applications") &&
      std::none_of(factors.begin(), factors.end(), turned_on))
    out.push_back({"guardianPolicies.policies", "every login is to have a second factor, and none is turned on",
                   "NIST SP 800-63B section 4.2", "turn one on in guardianFactors, such as otp or webauthn-roaming"});
  for (const auto& connection : config["databases"].items())
    if (connection["options"]["passwordPolicy"].is("none") || connection["options"]["passwordPolicy"].is("low"))
      out.push_back({"databases[" + connection["name"].text() + "].options.passwordPolicy",
                     "passwords of fewer than eight characters are allowed", "NIST SP 800-63B section 5.1.1",
                     "set it to good"});
}

// What is on for the sake of others' libraries.
void lint_compatibility(Findings& out, const Value& tenant) {
  if (tenant.is_object() && tenant["ostia"]["userinfo_by_query"].as_bool(true))
    out.push_back({"tenant.ostia.userinfo_by_query",
                   "/userinfo takes access tokens in its address, which access logs and histories keep",
                   "RFC 9700 section 4.3.2", "set it to false, unless a library has no other way (passport-auth0)"});
}

// What an import would refuse, too.
void lint_numbers(Findings& out, const Value& config) {
  const auto look = [&](std::string_view kind, const std::string& id, const Value& body, const std::string& where) {
    const auto good = check_bounds(kind, id, body);
    if (good) return;
    const std::string& what = good.error().description;
    const auto colon = what.find(": ");
    out.push_back({where + "." + what.substr(0, colon), what.substr(colon + 2), "docs/guides/authority.md, Numbers",
                   "set it to a number in that range, or take it out"});
  };
  for (const auto& [name, content] : config.members())
    if (content.is_object()) look("settings", name, content, name);
  for (const auto& section : sections())
    if (*section.key != '\0')
      for (const auto& entry : config[section.name].items())
        look(section.kind, {}, entry, std::string(section.name) + "[" + entry[section.key].text() + "]");
  for (const auto& entry : config["databases"].items())
    look("database", {}, entry, "databases[" + entry["name"].text() + "]");
}

// ---- What is kept and not acted upon

constexpr const char *kept_rule = "docs/reference/kept.md", *kept_change = "do not rely on it here, or take it out";

bool says_something(const Value& v) {
  return v.is_bool() ? v.as_bool() : v.is_string() ? !v.text().empty() : v.is_number() || v.size() > 0;
}

// The names of the members that a schema marks and that say something, each after what it is in.
void add_kept(std::string& names, const Value& body, const Value& schema, const std::string& in) {
  for (const auto& [name, property] : schema["properties"].members()) {
    if (property["x-ostia-kept"].as_bool() && says_something(body[name]))
      names.append(names.empty() ? "" : ", ").append(in).append(name);
    if (body[name].is_object()) add_kept(names, body[name], property, in + name + ".");
  }
}

void lint_kept_members(Findings& out, const Value& body, std::string_view schema, const std::string& at) {
  std::string names;
  add_kept(names, body, schemas()[schema], "");
  if (!names.empty()) out.push_back({at, names + ": kept, and not acted upon", kept_rule, kept_change});
}

void lint_kept(Findings& out, const Value& config) {
  constexpr std::pair<const char*, const char*> lists[] = {{"clients", "client_create"},
                                                           {"databases", "connection_create"},
                                                           {"connections", "connection_create"},
                                                           {"resourceServers", "resource_server_create"},
                                                           {"clientGrants", "client_grant_create"},
                                                           {"customDomains", "custom_domain_create"},
                                                           {"logStreams", "log_stream_create"},
                                                           {"organizations", "organization_create"},
                                                           {"roles", "role_create"}};
  for (const auto& [section, schema] : lists)
    for (const auto& entry : config[section].items()) {
      const std::string& name = entry["name"].text().empty() ? entry["domain"].text() : entry["name"].text();
      lint_kept_members(out, entry, schema, std::string(section) + "[" + name + "]");
    }
  lint_kept_members(out, config["tenant"], "tenant_settings", "tenant");
  for (const auto& one : config["connections"].items())
    if (is_kept_strategy(one["strategy"].text()))
      out.push_back({"connections[" + one["name"].text() + "].strategy",
                     "connections of " + one["strategy"].text() + " are kept, and nobody can sign in by them",
                     kept_rule, kept_change});
  for (const auto& one : config["logStreams"].items())
    if (one["type"].is_string() && !one["type"].is("http"))
      out.push_back({"logStreams[" + one["name"].text() + "].type",
                     "streams of the type " + one["type"].text() + " are kept, and nothing is sent to them", kept_rule,
                     "send to a webhook (type http)"});
  for (const auto& one : config["kept"].items()) {
    const KeptResource* r = find_kept(one["path"].text());
    if (r && r->why.empty()) continue;
    out.push_back({"kept[" + one["path"].text() + "]",
                   r ? "the " + r->one + " is kept, and not acted upon: " + r->why : "nothing here has that path",
                   kept_rule, kept_change});
  }
}

}  // namespace

Findings lint(const Value& config) {
  Findings out;
  lint_numbers(out, config);
  for (const auto& client : config["clients"].items()) {
    const std::string at = "clients[" + client["name"].text() + "]";
    lint_grants(out, client, at);
    lint_urls(out, client, at);
    lint_tokens(out, client, at);
  }
  for (const auto& api : config["resourceServers"].items()) lint_api(out, api);
  for (const auto& grant : config["clientGrants"].items()) lint_grant(out, grant);
  for (const auto& connection : config["connections"].items()) lint_upstream(out, connection);
  lint_tenant(out, config);
  lint_compatibility(out, config["tenant"]);
  lint_kept(out, config);
  return out;
}

}  // namespace ostia::authority
