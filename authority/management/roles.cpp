// Roles: what they permit, and who has them.
#include <algorithm>

#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/defaults.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

Error no_role() { return not_found("The role does not exist.", "inexistent_role"); }

Async<Value> role_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_document(a.store, "role", std::move(id)));
  if (!found) co_return no_role();
  co_return *found;
}

Value shown(Value role) {
  const Value whole = with_defaults("role", role);
  return Value::object({{"id", id_of(section_of("role"), role)},
                        {"name", whole["name"]},
                        {"description", whole["description"]},
                        {"type", whole["type"]}});
}

Value shown_permission(const Tenant& tenant, const std::string& audience, const std::string& name) {
  const auto api = tenant.find_api(audience);
  const auto text = api ? api->scope_texts.find(name) : decltype(api->scope_texts.end()){};
  const bool has_text = api && text != api->scope_texts.end();
  return Value::object({{"resource_server_identifier", audience},
                        {"permission_name", name},
                        {"resource_server_name", api ? api->name : audience},
                        {"description", has_text ? text->second : ""}});
}

// Each must be a scope of its API.
Status check_permissions(const Tenant& tenant, const Value& list) {
  for (const auto& one : list.items()) {
    const auto api = tenant.find_api(one["resource_server_identifier"].text());
    if (!api)
      return not_found("The resource server " + one["resource_server_identifier"].text() + " does not exist.",
                       "inexistent_resource_server");
    if (!contains(api->scopes, one["permission_name"].text()))
      return not_found("The permission " + one["permission_name"].text() + " does not exist in that resource server.",
                       "inexistent_permission");
  }
  return ok();
}

Handling list_permissions(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto role, role_of(a, call.path[0]));
  std::vector<Value> out;
  for (const auto& one : role["permissions"].items())
    out.push_back(
        shown_permission(*call.tenant, one["resource_server_identifier"].text(), one["permission_name"].text()));
  co_return paged(*page, "permissions", out);
}

bool same(const Value& x, const Value& y) {
  return x["resource_server_identifier"] == y["resource_server_identifier"] &&
         x["permission_name"] == y["permission_name"];
}

Handling change_permissions(Authority& a, Call call) {
  const bool adds = call.request.method == "POST";
  const auto& named = call.body["permissions"].items();
  if (adds)
    if (auto good = check_permissions(*call.tenant, call.body["permissions"]); !good) co_return std::move(good).error();
  CO_TRY_VOID(edit_document(a, "role", call.path[0], [&](Value& role) -> Status {
    if (role.is_null()) return no_role();
    Value kept = Value::array();
    for (const auto& one : role["permissions"].items())
      if (std::none_of(named.begin(), named.end(), [&](const Value& other) { return same(one, other); }))
        kept.push_back(one);
    if (adds)
      for (const auto& one : named)
        kept.push_back(Value::object({{"permission_name", one["permission_name"]},
                                      {"resource_server_identifier", one["resource_server_identifier"]}}));
    role.set("permissions", std::move(kept));
    return ok();
  }));
  co_return adds ? Reply{201, Value::object()} : Reply{204, {}};
}

Handling list_role_users(Authority& a, Call call) {
  CO_TRY_VOID(role_of(a, call.path[0]));
  Statement select{"SELECT " OSTIA_USER_COLUMNS
                   " FROM users WHERE user_id IN (SELECT user_id FROM user_roles WHERE role_id = $1) ORDER BY user_id",
                   {call.path[0]}};
  CO_RETURN(list_people(a, std::move(call), "users", std::move(select)));
}

Statement assign(const std::string& user, const std::string& role) {
  return {
      "INSERT INTO user_roles (user_id, role_id) SELECT user_id, $2 FROM users WHERE user_id = $1 AND linked_to = '' "
      "ON CONFLICT DO NOTHING",
      {user, role}};
}

Handling assign_users(Authority& a, Call call) {
  CO_TRY_VOID(role_of(a, call.path[0]));
  std::vector<Statement> statements;
  for (const auto& id : call.body["users"].items()) {
    CO_TRY_VOID(user_of(a, id.text()));
    statements.push_back(assign(id.text(), call.path[0]));
  }
  CO_RETURN(commit(a, std::move(statements), 200));
}

Handling list_user_roles(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(user_of(a, call.path[0]));
  CO_TRY(const auto rows,
         a.store.query({"SELECT body FROM tenant_objects WHERE kind = 'role' AND id IN (SELECT role_id FROM user_roles "
                        "WHERE user_id = $1) ORDER BY id",
                        {call.path[0]}}));
  std::vector<Value> out;
  for (const auto& row : rows)
    if (auto role = json::parse(text_at(row, 0))) out.push_back(shown(*role));
  co_return paged(*page, "roles", out);
}

Handling change_user_roles(Authority& a, Call call) {
  CO_TRY_VOID(user_of(a, call.path[0]));
  const bool adds = call.request.method == "POST";
  std::vector<Statement> statements;
  for (const auto& id : call.body["roles"].items()) {
    if (adds && !call.tenant->roles.contains(id.text())) co_return no_role();
    statements.push_back(
        adds ? assign(call.path[0], id.text())
             : Statement{"DELETE FROM user_roles WHERE user_id = $1 AND role_id = $2", {call.path[0], id.text()}});
  }
  CO_RETURN(commit(a, std::move(statements), 204));
}

Handling list_user_permissions(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(user_of(a, call.path[0]));
  std::vector<Value> out;
  CO_TRY(const auto direct,
         a.store.query(
             {"SELECT audience, permission FROM user_permissions WHERE user_id = $1 ORDER BY audience, permission",
              {call.path[0]}}));
  for (const auto& row : direct) {
    Value one = shown_permission(*call.tenant, text_at(row, 0), text_at(row, 1));
    one.set("sources",
            Value::array({Value::object({{"source_type", "DIRECT"}, {"source_id", ""}, {"source_name", ""}})}));
    out.push_back(std::move(one));
  }
  CO_TRY(const auto roles,
         a.store.query({"SELECT role_id FROM user_roles WHERE user_id = $1 ORDER BY role_id", {call.path[0]}}));
  for (const auto& row : roles) {
    const auto role = call.tenant->roles.find(text_at(row, 0));
    if (role == call.tenant->roles.end()) continue;
    for (const auto& [audience, name] : role->second.permissions) {
      Value one = shown_permission(*call.tenant, audience, name);
      one.set("sources",
              Value::array({Value::object(
                  {{"source_type", "ROLE"}, {"source_id", role->first}, {"source_name", role->second.name}})}));
      out.push_back(std::move(one));
    }
  }
  co_return paged(*page, "permissions", out);
}

Handling change_user_permissions(Authority& a, Call call) {
  CO_TRY_VOID(user_of(a, call.path[0]));
  const bool adds = call.request.method == "POST";
  if (adds)
    if (auto good = check_permissions(*call.tenant, call.body["permissions"]); !good) co_return std::move(good).error();
  std::vector<Statement> statements;
  for (const auto& one : call.body["permissions"].items())
    statements.push_back(
        {adds
             ? "INSERT INTO user_permissions (user_id, audience, permission) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
             : "DELETE FROM user_permissions WHERE user_id = $1 AND audience = $2 AND permission = $3",
         {call.path[0], one["resource_server_identifier"].text(), one["permission_name"].text()}});
  CO_RETURN(commit(a, std::move(statements), adds ? 201 : 204, adds ? Value::object() : Value()));
}

}  // namespace

Routes role_routes() {
  const auto& pages = page_parameters;
  return {
      on("GET", "roles/{id}/permissions", "read:roles", "list_role_permissions", "List what a role permits",
         list_permissions)
          .asks(pages),
      on("POST", "roles/{id}/permissions", "update:roles", "add_role_permissions", "Let a role permit something",
         change_permissions)
          .takes("permissions"),
      on("DELETE", "roles/{id}/permissions", "update:roles", "remove_role_permissions", "Take permissions from a role",
         change_permissions)
          .takes("permissions"),
      on("GET", "roles/{id}/users", "read:users read:roles", "list_role_users", "List who has a role", list_role_users)
          .asks(pages),
      on("POST", "roles/{id}/users", "update:roles", "assign_role", "Give a role to users", assign_users)
          .takes("role_users"),
      on("GET", "users/{id}/roles", "read:users read:roles", "list_user_roles", "List a user's roles", list_user_roles)
          .asks(pages),
      on("POST", "users/{id}/roles", "update:users create:role_members", "add_user_roles", "Give roles to a user",
         change_user_roles)
          .takes("user_roles"),
      on("DELETE", "users/{id}/roles", "update:users delete:role_members", "remove_user_roles",
         "Take roles from a user", change_user_roles)
          .takes("user_roles"),
      on("GET", "users/{id}/permissions", "read:users", "list_user_permissions", "List what a user may do",
         list_user_permissions)
          .asks(pages),
      on("GET", "users/{id}/effective-roles", "read:users read:roles", "list_user_effective_roles",
         "List the roles that count for a user", list_user_roles)
          .asks(pages),
      on("GET", "users/{id}/effective-permissions", "read:users", "list_user_effective_permissions",
         "List the permissions that count for a user", list_user_permissions)
          .asks(pages),
      on("POST", "users/{id}/permissions", "update:users", "add_user_permissions", "Give permissions to a user",
         change_user_permissions)
          .takes("permissions"),
      on("DELETE", "users/{id}/permissions", "update:users", "remove_user_permissions", "Take permissions from a user",
         change_user_permissions)
          .takes("permissions"),
  };
}

}  // namespace ostia::authority::management
