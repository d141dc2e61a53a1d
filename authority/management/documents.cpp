// The tenant's documents over HTTP: applications, connections, APIs, grants, rules and the like. One table says what is
// particular to each; the rest is the same for all of them.
#include "tenant/documents.hpp"

#include <algorithm>

#include "clock.hpp"
#include "management/actions.hpp"
#include "management/call.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

struct Collection {
  const char* path;
  const char* noun;      // of its scopes
  const char* kind;      // in the store
  const char* envelope;  // what a list is called beside its totals
  const char* one;       // in sentences
  const char* schema;    // of a new one and of a change: `<schema>_create`, `<schema>_update`
  std::vector<std::string> filters;
  bool replaces = false;  // PUT, too
  // What is particular: the checks of a body, and what an answer has beyond the document.
  Status (*check)(const Tenant&, Value& body) = nullptr;
  void (*prepare)(Authority&, Value& body, const Value& before) = nullptr;
  Value (*present)(const Authority&, const Call&, Value body) = nullptr;
  bool sorted_by_order = false;
  bool always_counts = false;  // a list is an object with `total`, whatever was asked for
};

const Section& section(const Collection& c) { return section_of(c.kind); }

Error unknown(const Collection& c) {
  return not_found("The " + std::string(c.one) + " does not exist", "inexistent_" + std::string(c.kind));
}

Error taken(const Collection& c) {
  return api_error(409, std::string(c.kind) + "_conflict",
                   "A " + std::string(c.one) + " with the same " + section(c).key + " exists already.");
}

Error as_body_error(Error e) {
  if (e.status == 0 && e.fault == Fault::caller) return invalid_body("'" + e.description + "'");
  return e;
}

Value shown(const Authority& a, const Collection& c, const Call& call, Value body) {
  if (!body.find(section(c).id)) body.set(section(c).id, id_of(section(c), body));
  if (c.present) return c.present(a, call, std::move(body));
  return without_secrets(section(c), std::move(body));
}

// ---- Applications

void set_default(Value& body, const char* name, Value value) {
  if (!body.find(name)) body.set(name, std::move(value));
}

void prepare_client(Authority& a, Value& body, const Value& before) {
  if (before.is_null() && !body.find("grant_types")) {
    Value grants = Value::array();
    if (body["app_type"].is("non_interactive"))
      grants.push_back("client_credentials");
    else
      grants = Value::array({"authorization_code", "refresh_token"});
    body.set("grant_types", std::move(grants));
  }
  identify_client(body, before, a.secrets);
}

Value present_client(const Authority& a, const Call& call, Value body) {
  const Client* client = call.tenant->find_client(body["client_id"].text());
  if (call.has_scope("read:client_keys"))
    body = with_secrets(section_of("client"), std::move(body), a.secrets);
  else
    body = without_secrets(section_of("client"), std::move(body));
  set_default(body, "tenant", call.tenant->name);
  set_default(body, "global", false);
  set_default(body, "is_first_party", true);
  set_default(body, "oidc_conformant", true);
  set_default(body, "cross_origin_authentication", false);
  set_default(body, "sso_disabled", false);
  for (const char* list : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins"})
    set_default(body, list, Value::array());
  if (client) {
    set_default(body, "token_endpoint_auth_method", client->auth_method);
    Value grants = Value::array();
    for (const auto& grant : client->grant_types) grants.push_back(grant);
    set_default(body, "grant_types", std::move(grants));
  }
  set_default(body, "jwt_configuration",
              Value::object({{"alg", "RS256"}, {"lifetime_in_seconds", 36000}, {"secret_encoded", false}}));
  return body;
}

// ---- Connections

Status check_new_connection(const Tenant& tenant, Value& body) {
  if (auto good = check_connection(body); !good) return good;
  if (!is_known_strategy(body["strategy"].text()))
    return invalid_body("'No enum match for: " + json::write(body["strategy"]) + "' on property strategy.");
  for (const auto& id : body["enabled_clients"].items())
    if (!tenant.find_client(id.text()))
      return api_error(400, "invalid_body", "The client " + id.text() + " in enabled_clients does not exist.");
  return ok();
}

// Files name applications as people do; the API by their ids.
Value client_ids(const Tenant& tenant, const Value& names) {
  Value out = Value::array();
  for (const auto& name : names.items()) {
    const auto named = std::find_if(tenant.clients.begin(), tenant.clients.end(), [&](const auto& c) {
      return c.first == name.text() || c.second.name == name.text();
    });
    if (named != tenant.clients.end()) out.push_back(named->first);
  }
  return out;
}

Value present_connection(const Authority& a, const Call& call, Value body) {
  body = call.has_scope("read:connections_options update:connections")
             ? with_secrets(section_of("database"), std::move(body), a.secrets)
             : without_secrets(section_of("database"), std::move(body));
  set_default(body, "strategy", "auth0");
  set_default(body, "options", Value::object());
  if (body["strategy"].is("auth0")) set_default(*body.find("options"), "disable_self_service_change_password", false);
  set_default(body, "realms", Value::array({body["name"]}));
  set_default(body, "is_domain_connection", false);
  Value everybody = Value::array();
  for (const auto& [id, client] : call.tenant->clients) everybody.push_back(id);
  body.set("enabled_clients",
           body.find("enabled_clients") ? client_ids(*call.tenant, body["enabled_clients"]) : everybody);
  return body;
}

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

void seal_only(Authority& a, Value& body, const Value& before) {
  // The value alone says what kind of document this is not; both kinds that come here have one secret each.
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
    const Connection* c = tenant.find_connection_by_id(one["connection_id"].text());
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

const std::vector<Collection>& collections() {
  static const std::vector<Collection> all = {
      {"clients",
       "clients",
       "client",
       "clients",
       "client",
       "client",
       {"is_first_party", "app_type", "is_global"},
       false,
       [](const Tenant&, Value& body) { return check_client(body); },
       prepare_client,
       present_client},
      {"connections",
       "connections",
       "database",
       "connections",
       "connection",
       "connection",
       {"strategy", "name", "strategy[]"},
       false,
       check_new_connection,
       [](Authority& a, Value& body, const Value& before) {
         seal_secrets(section_of("database"), body, before, a.secrets);
       },
       present_connection},
      {"resource-servers",
       "resource_servers",
       "api",
       "resource_servers",
       "resource server",
       "resource_server",
       {"identifiers", "identifier"},
       false,
       check_api,
       prepare_api,
       present_api},
      {"client-grants",
       "client_grants",
       "grant",
       "client_grants",
       "client grant",
       "client_grant",
       {"client_id", "audience", "subject_type"},
       false,
       check_grant},
      {"rules",
       "rules",
       "rule",
       "rules",
       "rule",
       "rule",
       {"enabled"},
       false,
       nullptr,
       prepare_rule,
       present_rule,
       true},
      {"rules-configs",
       "rules_configs",
       "rule_config",
       "rules_configs",
       "rules config",
       "rule_config",
       {},
       true,
       nullptr,
       seal_only,
       present_config},
      {"custom-domains",
       "custom_domains",
       "custom_domain",
       "custom_domains",
       "custom domain",
       "custom_domain",
       {},
       false,
       nullptr,
       prepare_domain},
      {"email-templates",
       "email_templates",
       "email_template",
       "email_templates",
       "email template",
       "email_template",
       {},
       true},
      {"log-streams",
       "log_streams",
       "log_stream",
       "log_streams",
       "log stream",
       "log_stream",
       {},
       false,
       nullptr,
       prepare_stream},
      {"roles",
       "roles",
       "role",
       "roles",
       "role",
       "role",
       {"name_filter", "type"},
       false,
       nullptr,
       nullptr,
       present_role},
      {"organizations",
       "organizations",
       "organization",
       "organizations",
       "organization",
       "organization",
       {"sort"},
       false,
       check_organization,
       nullptr,
       present_organization},
      {"actions/actions",
       "actions",
       "action",
       "actions",
       "action",
       "action",
       {"triggerId", "actionName", "deployed", "installed"},
       false,
       nullptr,
       prepare_action,
       present_action,
       false,
       true},
  };
  return all;
}

bool passes(const Value& body, const Call& call, const Collection& c) {
  for (const auto& [name, value] : call.query.pairs()) {
    if (!contains(c.filters, name) || name == "is_global" || name == "sort" || name == "installed" ||
        name == "subject_type" || name == "type")
      continue;
    if (name == "name_filter") {
      if (text::lower(body["name"].text()).find(text::lower(value)) == std::string::npos) return false;
      continue;
    }
    if (name == "triggerId") {
      const auto& triggers = body["supported_triggers"].items();
      if (std::none_of(triggers.begin(), triggers.end(),
                       [&, wanted = std::string_view(value)](const Value& t) { return t["id"].text() == wanted; }))
        return false;
      continue;
    }
    const std::string member = name == "actionName"                            ? "name"
                               : name == "identifiers" || name == "identifier" ? "identifier"
                               : name == "strategy[]"                          ? "strategy"
                                                                               : name;
    const Value& have = body[member];
    if (member == "app_type" || member == "strategy") {  // one of several
      bool any = false;
      for (const auto& [other, wanted] : call.query.pairs())
        if (other == name)
          for (const auto word : text::split(wanted, ',')) any = any || have.text() == word;
      if (!any) return false;
      continue;
    }
    if (have.is_bool() ? have.as_bool() != flag(call.query, name).value_or(!have.as_bool()) : have.text() != value)
      return false;
  }
  return true;
}

// This API itself: nobody can change it, and grants name it.
Value management_api(const Authority& a) {
  Value scopes = Value::array();
  std::vector<std::string> seen;
  for (const auto& route : routes())
    for (const auto word : text::split(route.scopes + " " + route.own_scopes, ' '))
      if (!contains(seen, word)) seen.emplace_back(word);
  for (const auto& one : seen) scopes.push_back(Value::object({{"value", one}, {"description", one}}));
  return Value::object({{"id", id_of(section_of("api"), Value::object({{"identifier", a.issuer + "api/v2/"}}))},
                        {"name", "Auth0 Management API"},
                        {"identifier", a.issuer + "api/v2/"},
                        {"is_system", true},
                        {"scopes", std::move(scopes)},
                        {"signing_alg", "RS256"}});
}

Handling list(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  auto reading = list_documents(a.store, c.kind);
  auto documents = co_await std::move(reading);
  if (!documents) co_return std::move(documents).error();
  std::vector<Value> out;
  if (std::string_view(c.kind) == "api") documents->insert(documents->begin(), management_api(a));
  for (auto& document : *documents) {
    Value body = shown(a, c, call, std::move(document));
    if (passes(body, call, c)) out.push_back(selected(std::move(body), call.query));
  }
  if (c.sorted_by_order)
    std::stable_sort(out.begin(), out.end(), [](const Value& x, const Value& y) {
      return x["order"].as_int().value_or(0) < y["order"].as_int().value_or(0);
    });
  if (c.always_counts) {
    Reply reply = paged(*page, c.envelope, out);
    if (reply.body.is_array()) {
      Value items = std::move(reply.body);
      reply.body = Value::object(
          {{c.envelope, std::move(items)}, {"total", out.size()}, {"page", page->page}, {"per_page", page->per_page}});
    }
    co_return reply;
  }
  // Where the vendor knows no pages, the list is whole unless a page is asked for.
  if (!call.query.has("page") && !call.query.has("per_page") && !page->checkpoint && !page->include_totals)
    co_return Reply{200, Value::array(std::move(out))};
  co_return paged(*page, c.envelope, out);
}

Async<std::optional<Value>> find(Authority& a, const Collection& c, std::string id) {
  auto reading = list_documents(a.store, c.kind);
  auto documents = co_await std::move(reading);
  if (!documents) co_return std::move(documents).error();
  for (auto& document : *documents)
    if (id_of(section(c), document) == id || (!section(c).renamable && document[section(c).key].text() == id))
      co_return std::optional(std::move(document));
  co_return std::optional<Value>();
}

Handling get(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  auto finding = find(a, c, call.path[0]);
  auto found = co_await std::move(finding);
  if (!found) co_return std::move(found).error();
  if (!*found) co_return unknown(c);
  co_return Reply{200, selected(shown(a, c, call, **found), call.query)};
}

// Checks `body`, keeps it, and shows it as it is now.
Handling keep(Authority& a, Call call, const Collection& c, Value body, Value before, int status) {
  if (c.check)
    if (auto good = c.check(*call.tenant, body); !good) co_return as_body_error(std::move(good).error());
  if (c.prepare) c.prepare(a, body, before);
  if (!body.find(section(c).id)) body.set(section(c).id, id_of(section(c), body));
  std::vector<Statement> statements;
  if (before.is_null())  // of two at once, one is the first
    statements.push_back({"INSERT INTO tenant_objects (kind, id, body) VALUES ($1, $2, $3)",
                          {c.kind, store_id(section(c), body), json::write(body)}});
  else
    statements.push_back(put_document(c.kind, store_id(section(c), body), body));
  auto changing = change_tenant(a, std::move(statements));
  const auto changed = co_await std::move(changing);
  if (!changed && changed.error().reason == "store_conflict") co_return taken(c);
  if (!changed) co_return changed.error();
  call.tenant = a.tenant();
  co_return Reply{status, shown(a, c, call, body)};
}

Handling create(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  Value body = call.body;
  if (section(c).renamable && std::string_view(c.kind) != "client") {
    auto reading = list_documents(a.store, c.kind);
    const auto documents = co_await std::move(reading);
    if (!documents) co_return documents.error();
    for (const auto& one : *documents)
      if (one[section(c).key] == body[section(c).key]) co_return taken(c);
  }
  auto keeping = keep(a, std::move(call), c, std::move(body), {}, 201);
  co_return co_await std::move(keeping);
}

// The members that were sent replace those that are there; null takes one away.
Value merged(Value body, const Value& change) {
  for (std::size_t i = 0; i < change.size(); ++i) {
    if (change.items()[i].is_null())
      body.erase(change.keys()[i]);
    else
      body.set(change.keys()[i], change.items()[i]);
  }
  return body;
}

Handling update(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  auto finding = find(a, c, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found) co_return unknown(c);
  Value body = merged(**found, call.body);
  const Value before = **found;
  auto keeping = keep(a, std::move(call), c, std::move(body), before, 200);
  co_return co_await std::move(keeping);
}

Handling replace(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  auto finding = find(a, c, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  Value body = call.body;
  body.set(section(c).key, call.path[0]);
  const Value before = *found ? **found : Value();
  auto keeping = keep(a, std::move(call), c, std::move(body), before, 200);
  co_return co_await std::move(keeping);
}

Handling remove(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  auto finding = find(a, c, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found) co_return Reply{204, {}};
  std::vector<Statement> statements;
  statements.push_back(delete_document(c.kind, store_id(section(c), **found)));
  if (std::string_view(c.kind) == "client") {
    statements.push_back({"DELETE FROM tenant_objects WHERE kind = 'grant' AND id >= $1 AND id < $2",
                          {call.path[0] + " ", call.path[0] + "!"}});
    statements.push_back({"DELETE FROM refresh_tokens WHERE client_id = $1", {call.path[0]}});
  }
  if (std::string_view(c.kind) == "database")
    statements.push_back({"DELETE FROM users WHERE connection = $1", {(**found)["name"].text()}});
  auto changing = change_tenant(a, std::move(statements));
  const auto changed = co_await std::move(changing);
  if (!changed) co_return changed.error();
  co_return Reply{204, {}};
}

// ---- What only one of them has

Handling rotate_secret(Authority& a, Call call) {
  auto finding = find_document(a.store, "client", call.path[0]);
  auto found = co_await std::move(finding);
  if (!found) co_return std::move(found).error();
  if (!*found) co_return not_found("The client does not exist", "inexistent_client");
  Value body = **found;
  body.erase("client_secret_sealed");
  identify_client(body, {}, a.secrets);
  std::vector<Statement> statements;
  statements.push_back(put_document("client", call.path[0], body));
  auto changing = change_tenant(a, std::move(statements));
  const auto changed = co_await std::move(changing);
  if (!changed) co_return changed.error();
  // Whoever makes a new secret has to see it, once.
  co_return Reply{200, with_secrets(section_of("client"), present_client(a, call, body), a.secrets)};
}

Async<Value> connection_of(Authority& a, std::string id) {
  auto finding = find(a, collections()[1], std::move(id));
  auto found = co_await std::move(finding);
  if (!found) co_return std::move(found).error();
  if (!*found) co_return unknown(collections()[1]);
  co_return **found;
}

Handling list_enabled_clients(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  auto finding = connection_of(a, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  const Value connection = present_connection(a, call, *found);
  std::vector<Value> out;
  for (const auto& id : connection["enabled_clients"].items()) out.push_back(Value::object({{"client_id", id}}));
  Page checkpoint = *page;
  checkpoint.checkpoint = true;
  co_return paged(checkpoint, "clients", out);
}

Handling enable_clients(Authority& a, Call call) {
  auto finding = connection_of(a, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  const Value presented = present_connection(a, call, *found);
  std::vector<std::string> enabled = texts(presented["enabled_clients"]);
  for (const auto& one : call.body.items()) {
    const std::string& id = one["client_id"].text();
    if (!call.tenant->find_client(id)) co_return not_found("The client " + id + " does not exist", "inexistent_client");
    std::erase(enabled, id);
    if (one["status"].as_bool()) enabled.push_back(id);
  }
  Value list = Value::array();
  for (const auto& id : enabled) list.push_back(id);
  Value body = *found;
  body.set("enabled_clients", std::move(list));
  std::vector<Statement> statements;
  statements.push_back(put_document("database", body["name"].text(), body));
  auto changing = change_tenant(a, std::move(statements));
  const auto changed = co_await std::move(changing);
  if (!changed) co_return changed.error();
  co_return Reply{204, {}};
}

Handling delete_connection_user(Authority& a, Call call) {
  auto finding = connection_of(a, call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  const std::string email = text::lower(call.query.get("email"));
  if (!is_email(email)) co_return invalid_query("'Missing required property: email'.");
  auto searching = find_user_by_address(a.store, (*found)["name"].text(), email);
  const auto user = co_await std::move(searching);
  if (!user) co_return user.error();
  if (!*user) co_return Reply{204, {}};
  std::vector<Statement> statements = delete_user((*user)->id);
  auto task = a.store.commit(std::move(statements));
  const auto done = co_await std::move(task);
  if (!done) co_return done.error();
  co_return Reply{204, {}};
}

Handling verify_domain(Authority& a, Call call) {
  auto finding = find(a, collections()[6], call.path[0]);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found) co_return unknown(collections()[6]);
  co_return Reply{200, shown(a, collections()[6], call, **found)};
}

}  // namespace

Routes document_routes() {
  Routes out;
  for (const auto& c : collections()) {
    const std::string path = c.path, item = path + "/{id}", noun = c.noun, one = c.one, schema = c.schema;
    std::vector<std::string> of_list = {"page", "per_page", "include_totals", "from",
                                        "take", "fields",   "include_fields"};
    of_list.insert(of_list.end(), c.filters.begin(), c.filters.end());
    const bool keyed = c.replaces;
    out.push_back(on("GET", path,
                     (noun == "connections" ? "read:connections read:connections_options" : "read:" + noun),
                     "list_" + noun, "List each " + one, list, &c)
                      .asks(of_list));
    if (std::string_view(c.kind) != "rule_config") {
      out.push_back(on("POST", path, "create:" + noun, "create_" + schema, "Create a " + one, create, &c)
                        .takes(schema + "_create"));
      out.push_back(
          on("GET", item, "read:" + noun, "get_" + schema, "Get a " + one, get, &c).asks({"fields", "include_fields"}));
      out.push_back(on("PATCH", item, "update:" + noun, "update_" + schema, "Update a " + one, update, &c)
                        .takes(schema + "_update"));
    }
    if (keyed)
      out.push_back(
          on("PUT", item, "update:" + noun, "set_" + schema, "Set a " + one, replace, &c).takes(schema + "_put"));
    out.push_back(on("DELETE", item, "delete:" + noun, "delete_" + schema, "Delete a " + one, remove, &c));
  }
  out.push_back(on("POST", "clients/{id}/rotate-secret", "update:client_keys", "rotate_client_secret",
                   "Make a new secret for a client", rotate_secret));
  out.push_back(on("GET", "connections/{id}/clients", "read:connections", "list_connection_clients",
                   "List the clients that may use a connection", list_enabled_clients)
                    .asks({"take", "from"}));
  out.push_back(on("PATCH", "connections/{id}/clients", "update:connections", "update_connection_clients",
                   "Say which clients may use a connection", enable_clients)
                    .takes("connection_clients"));
  out.push_back(on("DELETE", "connections/{id}/users", "delete:users", "delete_connection_user",
                   "Delete a user of a connection by e-mail", delete_connection_user)
                    .asks({"email"}));
  out.push_back(on("POST", "custom-domains/{id}/verify", "create:custom_domains", "verify_custom_domain",
                   "Verify a custom domain", verify_domain));
  return out;
}

}  // namespace ostia::authority::management
