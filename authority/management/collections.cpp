#include "management/collection.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "management/actions.hpp"
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
  set_default(body, "is_system", false);
  set_default(body, "scopes", Value::array());
  set_default(body, "signing_alg", "RS256");
  set_default(body, "allow_offline_access", false);
  set_default(body, "skip_consent_for_verifiable_first_party_clients", true);
  set_default(body, "token_lifetime", 86400);
  set_default(body, "token_lifetime_for_web", 7200);
  return body;
}

// ---- Client grants

Status check_grant(const Tenant& tenant, Value& body) {
  if (!tenant.find_client(body["client_id"].text())) return not_found("The client does not exist", "inexistent_client");
  set_default(body, "scope", Value::array());
  return ok();
}

// ---- Rules

void prepare_rule(Authority& a, Value& body, const Value& before) {
  set_default(body, "enabled", true);
  if (before.is_null() && !body.find("order"))
    body.set("order", a.tenant()->rules.empty() ? 1 : a.tenant()->rules.back().order + 1);
}

Value present_rule(const Authority&, const Call&, Value body) {
  set_default(body, "enabled", true);
  set_default(body, "stage", "login_success");
  return body;
}

// ---- Custom domains and log streams

void prepare_domain(Authority&, Value& body, const Value&) {
  set_default(body, "type", "self_managed_certs");
  set_default(body, "status", "ready");
  set_default(body, "primary", true);
}

void prepare_stream(Authority& a, Value& body, const Value& before) {
  set_default(body, "status", "active");
  seal_secrets(section_of("log_stream"), body, before, a.secrets);
}

// As the vendor shows it: headers as they were given, the authorization never again.
Value present_stream(const Authority& a, const Call&, Value body) {
  const Value open = with_secrets(section_of("log_stream"), body, a.secrets);
  body = without_secrets(section_of("log_stream"), std::move(body));
  const Value& headers = open["sink"]["httpCustomHeaders"];
  if (!headers.is_array()) return body;
  Value sink = body["sink"];
  sink.set("httpCustomHeaders", headers);
  body.set("sink", std::move(sink));
  return body;
}

void prepare_config(Authority& a, Value& body, const Value& before) {
  seal_secrets(section_of("rule_config"), body, before, a.secrets);
}

Value present_config(const Authority&, const Call&, Value body) { return Value::object({{"key", body["key"]}}); }

// ---- Roles and organizations: their lists have endpoints of their own

Value present_role(const Authority&, const Call&, Value body) {
  body.erase("permissions");
  return body;
}

Status check_organization(const Tenant& tenant, Value& body) {
  const Value* enabled = body.find("enabled_connections");
  if (!enabled) return ok();
  Value doors = Value::array();
  for (const auto& one : enabled->items()) {
    const auto c = tenant.find_connection_by_id(one["connection_id"].text());
    if (!c) return not_found("The connection does not exist.", "inexistent_connection");
    doors.push_back(Value::object(
        {{"name", c->name}, {"assign_membership_on_login", one["assign_membership_on_login"].as_bool()}}));
  }
  body.erase("enabled_connections");
  body.set("connections", std::move(doors));
  return ok();
}

Value present_organization(const Authority&, const Call&, Value body) {
  body.erase("connections");
  if (!body.find("display_name")) body.set("display_name", body["name"]);
  return body;
}

// ---- Actions

void prepare_action(Authority& a, Value& body, const Value& before) {
  const bool deploys = body["deploy"].as_bool();
  body.erase("deploy");
  seal_secrets(section_of("action"), body, before, a.secrets);
  set_default(body, "code", "");
  set_default(body, "runtime", "node22");
  set_default(body, "dependencies", Value::array());
  set_default(body, "secrets", Value::array());
  set_default(body, "deployed", false);
  body.set("status", "built");
  if (before.is_null()) body.set("created_at", iso_time(a.clock.now()));
  body.set("updated_at", iso_time(a.clock.now()));
  if (deploys) deploy_action(body);
}

Value present_action(const Authority&, const Call&, Value body) {
  Value secrets = Value::array();
  for (const auto& secret : body["secrets"].items()) secrets.push_back(Value::object({{"name", secret["name"]}}));
  body.set("secrets", std::move(secrets));
  set_default(body, "runtime", "node22");
  set_default(body, "status", "built");
  const bool is_current = body["deployed"].as_bool() && body["deployed_version"]["code"] == body["code"];
  body.set("all_changes_deployed", is_current);
  return body;
}

Status check_application(const Tenant&, Value& body) { return check_client(body); }

void prepare_connection(Authority& a, Value& body, const Value& before) {
  seal_secrets(section_of("database"), body, before, a.secrets);
}

}  // namespace

const std::vector<Collection>& collections() {
  // clang-format off
  static const std::vector<Collection> all = {
      {.kind = "client", .path = "clients", .noun = "clients", .one = "client", .schema = "client",
       .filters = {"is_first_party", "app_type", "is_global"},
       .check = check_application, .prepare = prepare_client, .present = present_client},
      {.kind = "database", .path = "connections", .noun = "connections", .one = "connection", .schema = "connection",
       .filters = {"strategy", "name", "strategy[]"},
       .check = check_new_connection, .prepare = prepare_connection, .present = present_connection},
      {.kind = "api", .path = "resource-servers", .noun = "resource_servers", .one = "resource server", .schema = "resource_server",
       .filters = {"identifiers", "identifier"},
       .check = check_api, .prepare = prepare_api, .present = present_api},
      {.kind = "grant", .path = "client-grants", .noun = "client_grants", .one = "client grant", .schema = "client_grant",
       .filters = {"client_id", "audience", "subject_type"}, .check = check_grant},
      {.kind = "rule", .path = "rules", .noun = "rules", .one = "rule", .schema = "rule",
       .filters = {"enabled"}, .prepare = prepare_rule, .present = present_rule, .sorted_by_order = true},
      {.kind = "rule_config", .path = "rules-configs", .noun = "rules_configs", .one = "rules config", .schema = "rule_config",
       .prepare = prepare_config, .present = present_config, .is_put = true, .is_write_only = true},
      {.kind = "custom_domain", .path = "custom-domains", .noun = "custom_domains", .one = "custom domain", .schema = "custom_domain",
       .prepare = prepare_domain},
      {.kind = "email_template", .path = "email-templates", .noun = "email_templates", .one = "email template", .schema = "email_template",
       .is_put = true},
      {.kind = "log_stream", .path = "log-streams", .noun = "log_streams", .one = "log stream", .schema = "log_stream",
       .prepare = prepare_stream,
       .present = present_stream},
      {.kind = "role", .path = "roles", .noun = "roles", .one = "role", .schema = "role",
       .filters = {"name_filter", "type"}, .present = present_role},
      {.kind = "organization", .path = "organizations", .noun = "organizations", .one = "organization", .schema = "organization",
       .filters = {"sort"}, .check = check_organization, .present = present_organization},
      {.kind = "action", .path = "actions/actions", .noun = "actions", .one = "action", .schema = "action",
       .filters = {"triggerId", "actionName", "deployed", "installed"},
       .prepare = prepare_action, .present = present_action, .always_counts = true},
  };
  // clang-format on
  return all;
}

const Collection& collection_of(std::string_view kind) {
  return *std::find_if(collections().begin(), collections().end(), [&](const Collection& c) { return kind == c.kind; });
}

}  // namespace ostia::authority::management
