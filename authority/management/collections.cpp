#include "management/collection.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "crypto/public_key.hpp"
#include "management/actions.hpp"
#include "ostia/url/url.hpp"
#include "tenant/defaults.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {

using json::Value;

void set_default(Value& body, const char* name, Value value) {
  if (!body.find(name)) body.set(name, std::move(value));
}

void merge(Value& into, const Value& change) {
  for (const auto& [key, item] : change.members()) {
    if (item.is_null())
      into.erase(key);
    else
      into.set(key, item);
  }
}

namespace {

// ---- APIs

Status check_api(const Tenant&, Value& body) {
  std::vector<std::string> values;
  for (const auto& scope : body["scopes"].items()) {
    if (contains(values, scope["value"].text()))
      return invalid_body("'Duplicate scope: " + scope["value"].text() + "' on property scopes.");
    values.push_back(scope["value"].text());
  }
  if (body["signing_alg"].is("HS256") && body["signing_secret"].is_string() &&
      body["signing_secret"].text().size() < 16)
    return invalid_body("'String is too short, minimum 16' on property signing_secret.");
  return ok();
}

void prepare_api(Authority& a, Value& body, const Value& before) {
  if (body["signing_alg"].is("HS256") && body["signing_secret"].text().empty() &&
      before["signing_secret_sealed"].text().empty())
    body.set("signing_secret", random_id());
  seal_secrets(section_of("api"), body, before, a.secrets);
}

Value present_api(const Authority& a, const Call& call, Value body) {
  body = call.has_scope("update:resource_servers") ? with_secrets(section_of("api"), std::move(body), a.secrets)
                                                   : without_secrets(section_of("api"), std::move(body));
  body = with_defaults("api", std::move(body));
  if (Value* key =
          body["token_encryption"].is_object() ? body.find("token_encryption")->find("encryption_key") : nullptr)
    if (const auto read = read_public_key((*key)["pem"].text())) {
      key->set("thumbprint_sha256", read->kid);
      key->erase("pem");
    }
  return body;
}

// ---- Client grants

Status check_grant(const Tenant& tenant, Value& body) {
  if (!body["client_id"].is_string() && !body["default_for"].is_string())
    return invalid_body("'Missing required property: client_id'.");
  if (body["client_id"].is_string() && !tenant.find_client(body["client_id"].text()))
    return not_found("The client does not exist", "inexistent_client");
  set_default(body, "scope", Value::array());
  return ok();
}

Value present_grant(const Authority& a, const Call&, Value body) {
  if (body["audience"].text() == own_management_api) body.set("audience", a.issuer + "api/v2/");
  return with_defaults("grant", std::move(body));
}

// ---- Rules

void prepare_rule(Authority& a, Value& body, const Value& before) {
  set_default(body, "enabled", true);
  if (before.is_null() && !body.find("order"))
    body.set("order", a.tenant()->rules.empty() ? 1 : a.tenant()->rules.back().order + 1);
}

Value present_rule(const Authority&, const Call&, Value body) { return with_defaults("rule", std::move(body)); }

// ---- Custom domains and log streams

void prepare_domain(Authority& a, Value& body, const Value& before) {
  if (before.is_null()) body.set("created_at", iso_time(a.clock.now()));
  set_default(body, "type", "self_managed_certs");
  set_default(body, "status", "ready");
  set_default(body, "primary", true);
}

// Whoever points a name here says so in the DNS; that it does is what makes it ready.
Value present_domain(const Authority& a, const Call&, Value body) {
  body = with_defaults("custom_domain", std::move(body));
  const auto issuer = url::parse(a.issuer);
  Value method = Value::object({{"name", "CNAME"}, {"record", issuer ? issuer->host : ""}, {"domain", body["domain"]}});
  if (!body.find("verification"))
    body.set("verification", Value::object({{"methods", Value::array({std::move(method)})}}));
  return body;
}

Value present_template(const Authority&, const Call&, Value body) {
  return with_defaults("email_template", std::move(body));
}

Status check_stream(const Tenant&, Value& body) {
  if (!body["type"].is("http") || body["sink"]["httpEndpoint"].is_string()) return ok();
  return invalid_body("'Missing required property: httpEndpoint' on property sink.");
}

void prepare_stream(Authority& a, Value& body, const Value& before) {
  set_default(body, "status", "active");
  seal_secrets(section_of("log_stream"), body, before, a.secrets);
}

// What opens a sink is shown to who could set another one; headers are shown as they were given.
Value present_stream(const Authority& a, const Call& call, Value body) {
  const Value open = with_secrets(section_of("log_stream"), body, a.secrets);
  body = call.has_scope("update:log_streams") ? open : without_secrets(section_of("log_stream"), std::move(body));
  if (const Value& headers = open["sink"]["httpCustomHeaders"]; headers.is_array())
    body.find("sink")->set("httpCustomHeaders", headers);
  if (Value* sink = body.find("sink"); sink && sink->is_object())
    *sink = with_defaults("log_stream " + body["type"].text(), std::move(*sink));
  return with_defaults("log_stream", std::move(body));
}

void prepare_config(Authority& a, Value& body, const Value& before) {
  seal_secrets(section_of("rule_config"), body, before, a.secrets);
}

Value present_config(const Authority&, const Call&, Value body) { return Value::object({{"key", body["key"]}}); }

// ---- Roles and organizations: their lists have endpoints of their own

Value present_role(const Authority&, const Call&, Value body) {
  body.erase("permissions");
  return with_defaults("role", std::move(body));
}

Status check_organization(const Tenant& tenant, Value& body) {
  const Value* enabled = body.find("enabled_connections");
  if (!enabled) return ok();
  Value doors = Value::array();
  for (const auto& one : enabled->items()) {
    const auto c = tenant.find_connection_by_id(one["connection_id"].text());
    if (!c) return not_found("The connection does not exist.", "inexistent_connection");
    Value door = one;
    door.erase("connection_id");
    door.set("name", c->name);
    doors.push_back(std::move(door));
  }
  body.erase("enabled_connections");
  body.set("connections", std::move(doors));
  return ok();
}

Value present_organization(const Authority&, const Call&, Value body) {
  body.erase("connections");
  body.erase("client_grants");
  body.erase("clients");
  if (!body.find("display_name")) body.set("display_name", body["name"]);
  return with_defaults("organization", std::move(body));
}

// ---- Actions

void prepare_action(Authority& a, Value& body, const Value& before) {
  const bool deploys = body["deploy"].as_bool();
  body.erase("deploy");
  seal_secrets(section_of("action"), body, before, a.secrets);
  const std::string now = iso_time(a.clock.now());
  body = with_defaults("action", std::move(body));
  body.set("status", "built");
  if (before.is_null()) body.set("created_at", now);
  body.set("updated_at", now);
  if (deploys) deploy_action(body, now);
}

Value present_action_of_call(const Authority&, const Call&, Value body) { return present_action(std::move(body)); }

}  // namespace

const std::vector<Collection>& collections() {
  // clang-format off
  static const std::vector<Collection> all = {
      {.kind = "client", .path = "clients", .noun = "clients", .one = "client", .schema = "client",
       .filters = {"is_first_party", "app_type", "is_global"},
       .check = check_application, .prepare = prepare_client, .present = present_client},
      {.kind = "database", .path = "connections", .noun = "connections", .one = "connection", .schema = "connection",
       .filters = {"strategy", "name", "strategy[]"},
       .check = check_new_connection, .prepare = prepare_connection, .present = present_connection,
       .always = {"id", "is_domain_connection", "authentication", "connected_accounts"}, .deleted = 202},
      {.kind = "api", .path = "resource-servers", .noun = "resource_servers", .one = "resource server", .schema = "resource_server",
       .filters = {"identifiers", "identifier"},
       .check = check_api, .prepare = prepare_api, .present = present_api},
      {.kind = "grant", .path = "client-grants", .noun = "client_grants", .one = "client grant", .schema = "client_grant",
       .filters = {"client_id", "audience", "subject_type", "default_for", "allow_any_organization"}, .check = check_grant, .present = present_grant},
      {.kind = "rule", .path = "rules", .noun = "rules", .one = "rule", .schema = "rule",
       .filters = {"enabled"}, .prepare = prepare_rule, .present = present_rule, .sorted_by_order = true},
      {.kind = "rule_config", .path = "rules-configs", .noun = "rules_configs", .one = "rules config", .schema = "rule_config",
       .prepare = prepare_config, .present = present_config, .is_put = true, .is_write_only = true, .never_counts = true},
      {.kind = "custom_domain", .path = "custom-domains", .noun = "custom_domains", .one = "custom domain", .schema = "custom_domain",
       .filters = {"q", "sort"}, .prepare = prepare_domain, .present = present_domain},
      {.kind = "email_template", .path = "email-templates", .noun = "email_templates", .one = "email template", .schema = "email_template",
       .present = present_template, .is_put = true},
      {.kind = "log_stream", .path = "log-streams", .noun = "log_streams", .one = "log stream", .schema = "log_stream",
       .check = check_stream, .prepare = prepare_stream, .present = present_stream, .created = 200},
      {.kind = "role", .path = "roles", .noun = "roles", .one = "role", .schema = "role",
       .filters = {"name_filter", "type", "owner_id"}, .present = present_role, .created = 200, .deleted = 200},
      {.kind = "organization", .path = "organizations", .noun = "organizations", .one = "organization", .schema = "organization",
       .filters = {"sort", "include_client_association_for"}, .check = check_organization, .present = present_organization},
      {.kind = "action", .path = "actions/actions", .noun = "actions", .one = "action", .schema = "action",
       .filters = {"triggerId", "actionName", "deployed", "installed"},
       .prepare = prepare_action, .present = present_action_of_call, .always_counts = true},
  };
  // clang-format on
  return all;
}

const Collection& collection_of(std::string_view kind) {
  return *std::find_if(collections().begin(), collections().end(), [&](const Collection& c) { return kind == c.kind; });
}

}  // namespace ostia::authority::management
