#include "tenant/tenant.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "tenant/bounds.hpp"
#include "tenant/captcha.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Api read_api(const Value& v) {
  Api a;
  a.identifier = v["identifier"].text();
  a.name = text_or(v["name"], a.identifier.c_str());
  for (const auto& scope : v["scopes"].items()) {
    a.scopes.push_back(scope.is_string() ? scope.text() : scope["value"].text());
    if (scope["description"].is_string()) a.scope_texts[a.scopes.back()] = scope["description"].text();
  }
  a.signing_secret = v["signing_secret"].text();
  a.signing_alg = signing_alg(v["signing_alg"], !a.signing_secret.empty());
  const std::string dialect = text_or(v["token_dialect"], "access_token");
  a.is_rfc9068 = dialect.starts_with("rfc9068_profile");
  a.allows_offline_access = v["allow_offline_access"].as_bool();
  a.skips_consent = v["skip_consent_for_verifiable_first_party_clients"].as_bool(true);
  a.enforces_policies = v["enforce_policies"].as_bool();
  a.tells_permissions = a.enforces_policies && dialect.ends_with("_authz");
  a.token_lifetime = at_least(v["token_lifetime"], 1, a.token_lifetime);
  a.token_lifetime_for_web = at_least(v["token_lifetime_for_web"], 1, a.token_lifetime_for_web);
  const Value& proof = v["proof_of_possession"];
  if (proof.is_object()) a.proof = proof["mechanism"].is("mtls") ? Proof::mtls : Proof::dpop;
  a.requires_proof = proof["required"].as_bool() && !proof["required_for"].is("public_clients");
  a.requires_proof_of_public = proof["required"].as_bool();
  return a;
}

std::int64_t hours(const Value& v, std::int64_t otherwise) {
  const auto number = v.as_double();
  constexpr double shortest = 60;
  return number && *number > 0
             ? static_cast<std::int64_t>(std::clamp(*number * 3600, shortest, static_cast<double>(boundless)))
             : otherwise;
}

Rate read_rate(const Value& v, Rate otherwise) {
  if (!v.is_object()) return otherwise;
  const auto bounded = [](const Value& number, double usual) {
    return std::clamp(number.as_double().value_or(usual), 0.0, static_cast<double>(boundless));
  };
  return {bounded(v["per_second"], otherwise.per_second), bounded(v["burst"], otherwise.burst)};
}

void read_rate_limits(RateLimits& limits, const Value& v) {
  if (v.is_bool() && !v.as_bool()) limits.address = limits.account = limits.client = {};
  if (!v.is_object()) return;
  limits.address = read_rate(v["address"], limits.address);
  limits.account = read_rate(v["account"], limits.account);
  limits.client = read_rate(v["client"], limits.client);
  if (v["exempt"].is_array()) limits.exempt = Networks::parse_good(texts(v["exempt"]));
}

// The vendor's flag opens it to everybody, and `ostia.registration` narrows that: `mode` is `with_token` for who shows
// an initial access token (RFC 7591 section 3).
ClientRegistration read_registration(const Value& v) {
  ClientRegistration r;
  const Value& own = v["ostia"]["registration"];
  if (v["flags"]["enable_dynamic_client_registration"].as_bool()) r.mode = ClientRegistration::Mode::open;
  if (own["mode"].is_string()) r.mode = ClientRegistration::Mode::off;  // a word that nobody knows opens nothing
  if (own["mode"].is("with_token")) r.mode = ClientRegistration::Mode::with_token;
  if (own["mode"].is("open")) r.mode = ClientRegistration::Mode::open;
  r.takes_documents = v["client_id_metadata_document_supported"].as_bool();
  r.keeps_unused = at_least(own["keep_unused_hours"], 1, r.keeps_unused / 3600) * 3600;
  return r;
}

void read_settings(Tenant& t, const Value& v) {
  t.name = text_or(v["friendly_name"], "Ostia");
  t.support_email = text_or(v["support_email"], "");
  t.support_url = text_or(v["support_url"], "");
  if (t.branding.logo.empty()) t.branding.logo = text_or(v["picture_url"], "");
  t.default_audience = text_or(v["default_audience"], "");
  t.default_directory = text_or(v["default_directory"], "");
  t.default_login = text_or(v["default_redirection_uri"], "");
  if (url::origin_of(t.default_login).empty()) t.default_login.clear();
  t.allowed_logout_urls = texts(v["allowed_logout_urls"]);
  t.enabled_locales = texts(v["enabled_locales"]);
  t.session_lifetime = hours(v["session_lifetime"], t.session_lifetime);
  t.idle_session_lifetime = hours(v["idle_session_lifetime"], t.idle_session_lifetime);
  t.session_lifetime = at_least(v["session_lifetime_in_minutes"], 1, t.session_lifetime / 60) * 60;
  t.idle_session_lifetime = at_least(v["idle_session_lifetime_in_minutes"], 1, t.idle_session_lifetime / 60) * 60;
  t.says_user_exists = v["flags"]["enable_public_signup_user_exists_error"].as_bool();
  t.log_retention = at_least(v["ostia"]["log_retention_days"], 1, 30) * 24 * 3600;
  t.log_refusals = at_least(v["ostia"]["log_refusals"], 1'000, t.log_refusals);
  t.script_timeout = std::min<std::int64_t>(at_least(v["ostia"]["script_timeout_s"], 1, 20), 20);
  t.administrators = text_or(v["ostia"]["administrators_connection"], "");
  t.administration = read_administration(v["ostia"]["administration"]);
  read_rate_limits(t.rate_limits, v["ostia"]["rate_limits"]);
  t.chooses_factor_in_action = v["customize_mfa_in_postlogin_action"].as_bool();
  t.tells_of_new_browsers = v["ostia"]["new_browser_notices"].as_bool(true);
  t.takes_token_in_query = v["ostia"]["userinfo_by_query"].as_bool(true);
  t.resource_is_audience = !v["resource_parameter_profile"].is("audience");
  t.registration = read_registration(v);
  t.skips_consent_on_loopback = v["ostia"]["skip_consent_on_loopback"].as_bool(true);
}

void read_branding(Tenant& t, const Value& v) {
  t.branding.primary = text_or(v["colors"]["primary"], "");
  t.branding.background = text_or(v["colors"]["page_background"], "");
  t.branding.logo = text_or(v["logo_url"], t.branding.logo.c_str());
}

void read_smtp(Tenant& t, const Value& v) {
  const Value& c = v["credentials"];
  t.smtp = {text_or(c["smtp_host"], ""),
            text_or(c["smtp_user"], ""),
            text_or(c["smtp_pass"], ""),
            text_or(v["default_from_address"], ""),
            at_least(c["smtp_port"], 1, 587),
            v["name"].is("smtp") && v["enabled"].as_bool(true) && c["smtp_host"].is_string()};
}

EmailTemplate read_email_template(const Value& v) {
  EmailTemplate t;
  t.enabled = v["enabled"].as_bool(true);
  t.from = text_or(v["from"], "");
  t.subject = text_or(v["subject"], "");
  t.body = text_or(v["body"], "");
  t.result_url = text_or(v["resultUrl"], "");
  t.url_lifetime = at_least(v["urlLifetimeInSeconds"], 60, t.url_lifetime);
  return t;
}

bool has_shield(const Value& v, const char* shield) {
  return !v["shields"].is_array() || contains(texts(v["shields"]), shield);
}

// `shields` is for logins; each stage has its own beside it.
AttackProtection::Breaches read_breaches(const Value& v) {
  AttackProtection::Breaches out;
  out.file = text_or(v["ostia"]["hashes_file"], "");
  if (!v["enabled"].as_bool() || out.file.empty()) return out;
  const auto blocks = [&](const char* stage) { return contains(texts(v["stage"][stage]["shields"]), "block"); };
  out.at_login = has_shield(v, "block");
  out.at_registration = out.at_login || blocks("pre-user-registration");
  out.at_change = out.at_login || blocks("pre-change-password");
  return out;
}

void read_attack_protection(AttackProtection& p, const Value& v) {
  if (const Value& b = v["bruteForceProtection"]; b.is_object()) {
    p.brute_force = b["enabled"].as_bool(true);
    p.brute_force_blocks = has_shield(b, "block");
    p.brute_force_notifies = has_shield(b, "user_notification");
    p.per_address = !b["mode"].is("count_per_identifier");
    p.max_failures = at_least(b["max_attempts"], 1, p.max_failures);
    p.brute_force_allowlist = Networks::parse_good(texts(b["allowlist"]));
  }
  if (const Value& s = v["suspiciousIpThrottling"]; s.is_object()) {
    const Value& stage = s["stage"]["pre-login"];
    p.throttles_addresses = s["enabled"].as_bool(true) && has_shield(s, "block");
    p.max_address_failures = at_least(stage["max_attempts"], 1, p.max_address_failures);
    p.address_refill_ms = at_least(stage["rate"], 1, p.address_refill_ms);
    const Value& signups = s["stage"]["pre-user-registration"];
    p.throttles_signups = p.throttles_addresses;
    p.max_signups = at_least(signups["max_attempts"], 1, p.max_signups);
    p.signup_refill_ms = at_least(signups["rate"], 1, p.signup_refill_ms);
    p.address_allowlist = Networks::parse_good(texts(s["allowlist"]));
  }
  p.breaches = read_breaches(v["breachedPasswordDetection"]);
  p.captcha = read_captcha(v["captcha"], v["botDetection"]);
}

Action read_action(const Value& v) {
  Action a{id_of(section_of("action"), v), text_or(v["name"], ""), text_or(v["code"], ""), {}};
  if (const Value& deployed = v["deployed_version"]; deployed.is_object())
    a.code = text_or(deployed["code"], a.code.c_str());
  for (const auto& secret : v["secrets"].items()) a.secrets[secret["name"].text()] = secret["value"].text();
  return a;
}

Organization read_organization(const Value& v) {
  Organization o{id_of(section_of("organization"), v),
                 text_or(v["name"], ""),
                 text_or(v["display_name"], ""),
                 text_or(v["branding"]["logo_url"], ""),
                 {}};
  for (const auto& door : v["connections"].items())
    if (door["is_enabled"].as_bool(true))
      o.connections.push_back({door["name"].text(), door["assign_membership_on_login"].as_bool()});
  o.client_grants = texts(v["client_grants"]);
  return o;
}

ClientGrant read_grant(const Value& v) {
  using Organizations = ClientGrant::Organizations;
  const Value& usage = v["organization_usage"];
  return {.id = id_of(section_of("grant"), v),
          .scopes = texts(v["scope"]),
          .has_all_scopes = v["allow_all_scopes"].as_bool(),
          .organizations = usage.is("require") ? Organizations::require
                           : usage.is("allow") ? Organizations::allow
                                               : Organizations::deny,
          .any_organization = v["allow_any_organization"].as_bool()};
}

Role read_role(const Value& v) {
  Role r{id_of(section_of("role"), v), text_or(v["name"], ""), {}};
  for (const auto& p : v["permissions"].items())
    r.permissions.emplace_back(p["resource_server_identifier"].text(), p["permission_name"].text());
  return r;
}

LogStream read_log_stream(const Value& v) {
  const Value& sink = v["sink"];
  LogStream s{id_of(section_of("log_stream"), v),
              text_or(v["name"], ""),
              text_or(sink["httpEndpoint"], ""),
              text_or(sink["httpAuthorization"], ""),
              text_or(sink["httpContentType"], "application/json"),
              text_or(sink["httpContentFormat"], "JSONARRAY"),
              {}};
  for (const auto& filter : v["filters"].items()) s.types.push_back(filter["name"].text());
  for (const auto& one : sink["httpCustomHeaders"].items())
    s.headers.emplace_back(one["header"].text(), one["value"].text());
  return s;
}

std::string grant_key(std::string_view client_id, std::string_view audience) {
  return std::string(client_id) + " " + std::string(audience);
}

// One stored document, by its kind.
struct Reading {
  std::map<std::string, Action> actions;           // by name
  std::vector<std::string> triggered;              // names, in their order
  std::map<std::string, Value> exchange_profiles;  // by id
};

void read_extension(Tenant& t, Reading& reading, const std::string& kind, const std::string& id, const Value& v) {
  if (kind == "rule" && v["enabled"].as_bool(true))
    t.rules.push_back({id_of(section_of("rule"), v), v["name"].text(), v["script"].text(), at_least(v["order"], 0, 0)});
  if (kind == "rule_config") t.rule_configs[v["key"].text()] = v["value"].text();
  if (kind == "action" && v["deployed"].as_bool(true)) reading.actions.emplace(v["name"].text(), read_action(v));
  if (kind == "kept" && id.starts_with("token-exchange-profiles/"))
    reading.exchange_profiles.emplace(id.substr(id.find('/') + 1), v["body"]);
  if (kind == "settings" && id == "triggers")
    for (const auto& binding : v["post-login"].items()) reading.triggered.push_back(binding["action_name"].text());
  if (kind == "factor" && v["name"].is("recovery-code")) t.gives_recovery_codes = v["enabled"].as_bool();
  if (kind == "factor" && v["enabled"].as_bool()) t.factors.push_back(v["name"].text());
  if (kind == "settings" && id == "guardianPolicies")
    t.always_second_factor = contains(texts(v["policies"]), "all-applications");
  if (kind == "organization") t.organizations.push_back(read_organization(v));
  if (kind == "role") t.roles.emplace(id_of(section_of("role"), v), read_role(v));
  if (kind == "log_stream" && v["type"].is("http") && v["status"].text() != "paused")
    t.log_streams.push_back(read_log_stream(v));
}

// Of one whose action is gone or not deployed the action has no id.
void read_exchange_profile(Tenant& t, const Reading& reading, const std::string& id, const Value& v) {
  ExchangeProfile profile{id, v["name"].text(), v["subject_token_type"].text(), {}};
  for (const auto& [name, action] : reading.actions)
    if (action.id == v["action_id"].text()) profile.action = action;
  t.exchange_profiles.push_back(std::move(profile));
}

void finish(Tenant& t, const Reading& reading) {
  const std::string first = t.administrators.empty() ? t.first_database() : t.administrators;
  for (auto& connection : t.connections)
    connection.is_for_administrators =
        connection.is_database() &&
        (t.administrators.empty() && !t.with_administrators.empty() ? contains(t.with_administrators, connection.name)
                                                                    : connection.name == first);
  std::stable_sort(t.rules.begin(), t.rules.end(), [](const Rule& x, const Rule& y) { return x.order < y.order; });
  for (const auto& name : reading.triggered)
    if (const auto action = reading.actions.find(name); action != reading.actions.end())
      t.post_login.push_back(action->second);
  for (const auto& [id, profile] : reading.exchange_profiles) read_exchange_profile(t, reading, id, profile);
}

void read_object(Tenant& t, const std::string& kind, const std::string& id, const Value& v) {
  if (kind == "settings" && id == "tenant") read_settings(t, v);
  if (kind == "settings" && id == "branding") read_branding(t, v);
  if (kind == "settings" && id == "emailProvider") read_smtp(t, v);
  if (kind == "settings" && id == "attackProtection") read_attack_protection(t.attack_protection, v);
  if (kind == "email_template") t.email_templates.emplace(v["template"].text(), read_email_template(v));
  if (kind == "custom_domain") t.custom_domains.push_back(text::lower(v["domain"].text()));
  if (kind == "client") t.clients.emplace(v["client_id"].text(), read_client(v));
  if (kind == "api") t.apis.emplace(v["identifier"].text(), read_api(v));
  // What users may be asked for by an application is another grant (`subject_type`).
  const bool is_grant = kind == "grant" && !v["subject_type"].is("user") && v["client_id"].is_string();
  if (is_grant) t.grants[grant_key(v["client_id"].text(), v["audience"].text())] = read_grant(v);
  if (kind == "database" || kind == "connection") t.connections.push_back(read_connection(v));
}

Value opened(const std::string& kind, const Value& body, const Secrets& secrets) {
  const Section* section = find_section(kind);
  return section && body.is_object() ? with_secrets(*section, body, secrets) : body;
}

}  // namespace

Found<Client> Tenant::find_client(std::string_view id) const {
  if (id == dashboard_client().id) return {nullptr, &dashboard_client()};
  if (id == account_client().id) return {nullptr, &account_client()};
  return at(clients, id);
}

Found<Api> Tenant::find_api(std::string_view identifier) const { return at(apis, identifier); }

bool Tenant::sends(std::string_view kind) const {
  const auto it = email_templates.find(kind);
  return it == email_templates.end() ? kind != "welcome_email" : it->second.enabled;
}

Found<Connection> Tenant::find_connection(std::string_view wanted) const {
  return first(connections, [&](const auto& c) { return c.name == wanted; });
}

Found<Connection> Tenant::find_connection_by_id(std::string_view wanted) const {
  return first(connections, [&](const auto& c) { return c.id == wanted; });
}

Found<Organization> Tenant::find_organization(std::string_view wanted) const {
  // An id is somebody's own; a name that looks like another's id is only a name.
  if (auto found = first(organizations, [&](const auto& o) { return o.id == wanted; })) return found;
  const std::string wanted_name = text::lower(wanted);
  return first(organizations, [&](const auto& o) { return text::lower(o.name) == wanted_name; });
}

const Organization::Door* Organization::find_door(std::string_view connection) const {
  const auto it =
      std::find_if(connections.begin(), connections.end(), [&](const auto& d) { return d.connection == connection; });
  return it == connections.end() ? nullptr : &*it;
}

Found<Connection> Tenant::find_connection(std::string_view wanted, const Client& client) const {
  const auto found = find_connection(wanted);
  return found && found->is_enabled_for(client) ? found : Found<Connection>();
}

Found<ClientGrant> Tenant::find_grant(std::string_view client_id, std::string_view audience) const {
  return at(grants, grant_key(client_id, audience));
}

std::string Tenant::first_database() const {
  if (const auto named = find_connection(default_directory); named && named->is_database()) return default_directory;
  for (const auto& connection : connections)
    if (connection.is_database()) return connection.name;
  return "Username-Password-Authentication";
}

Found<Connection> Tenant::administrators_connection() const {
  const std::string wanted = administrators.empty() ? first_database() : administrators;
  return first(connections, [&](const Connection& c) { return c.is_database() && c.name == wanted; });
}

bool Tenant::allows_origin(std::string_view origin) const {
  return std::any_of(clients.begin(), clients.end(), [&](const auto& c) { return c.second.allows_origin(origin); });
}

std::vector<std::string> Tenant::other_algorithms() const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& algorithm) {
    if (algorithm != "RS256" && algorithm != "HS256" && !contains(out, algorithm)) out.push_back(algorithm);
  };
  for (const auto& [id, client] : clients) add(client.signing_alg);
  for (const auto& [identifier, api] : apis) add(api.signing_alg);
  return out;
}

const std::vector<std::string>& current_user_scopes() {
  static const std::vector<std::string> scopes = {"read:current_user",
                                                  "update:current_user_identities",
                                                  "create:current_user_metadata",
                                                  "update:current_user_metadata",
                                                  "delete:current_user_metadata",
                                                  "create:current_user_device_credentials",
                                                  "delete:current_user_device_credentials"};
  return scopes;
}

Result<std::shared_ptr<const Tenant>> load_tenant(Store& store, const Secrets& secrets) {
  auto rows = store.commit_now(
      {{"SELECT kind, id, body FROM tenant_objects UNION ALL SELECT 'revision', '', CAST(value AS "
        "TEXT) FROM revisions WHERE name = 'tenant' UNION SELECT 'administrators', connection, 'null' FROM users WHERE "
        "user_id IN (SELECT user_id FROM administrators) ORDER BY 1, 2",
        {}}});
  if (!rows) return std::move(rows).error();
  auto tenant = std::make_shared<Tenant>();
  Reading reading;
  for (const auto& row : *rows) {
    const auto body = json::parse(text_at(row, 2));
    if (!body)
      return Error{"server_error", "a stored " + text_at(row, 0) + " is not JSON", "store_malformed", 0, Fault::ours};
    if (text_at(row, 0) == "administrators") tenant->with_administrators.push_back(text_at(row, 1));
    if (text_at(row, 0) == "revision") tenant->revision = body->as_int().value_or(0);
    const Value open = within_bounds(text_at(row, 0), text_at(row, 1), opened(text_at(row, 0), *body, secrets));
    read_object(*tenant, text_at(row, 0), text_at(row, 1), open);
    read_extension(*tenant, reading, text_at(row, 0), text_at(row, 1), open);
  }
  finish(*tenant, reading);
  return std::shared_ptr<const Tenant>(std::move(tenant));
}

}  // namespace ostia::authority
