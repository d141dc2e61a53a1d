// Connections: what the API adds to their documents, and who may use them.
#include <algorithm>

#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "base/address.hpp"
#include "management/collection.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/defaults.hpp"
#include "tenant/kept.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {

using json::Value;

namespace {

// The older members and `attributes` say the same thing in two ways.
Status check_attributes(const Value& options) {
  const Value& attributes = options["attributes"];
  if (!attributes.is_object() || attributes.size() == 0) return ok();
  for (const char* name : {"requires_username", "validation"})
    if (options[name].as_bool() || options[name].is_object())
      return api_error(400, "invalid_body", std::string("Cannot set both options.attributes and options.") + name);
  for (const auto& [name, attribute] : attributes.members())
    if (attribute["identifier"]["active"].as_bool()) return ok();
  return api_error(400, "invalid_body", "attributes must contain one active identifier");
}

}  // namespace

Status check_new_connection(const Tenant& tenant, Value& body) {
  if (auto good = check_connection(body); !good) return good;
  if (auto good = check_attributes(body["options"]); !good) return good;
  const std::string& strategy = body["strategy"].text();
  if (!is_known_strategy(strategy) && !is_kept_strategy(strategy))
    return invalid_body("'No enum match for: " + json::write(body["strategy"]) + "' on property strategy.");
  for (const auto& id : body["enabled_clients"].items())
    if (!tenant.find_client(id.text()))
      return api_error(400, "invalid_body", "The client " + id.text() + " in enabled_clients does not exist.");
  return ok();
}

// A new connection is for whom it says: for nobody, if it says nothing. (One of a tenant file that says nothing is for
// everybody.)
void prepare_connection(Authority& a, Value& body, const Value& before) {
  if (before.is_null()) set_default(body, "enabled_clients", Value::array());
  seal_secrets(section_of("database"), body, before, a.secrets);
}

Value present_connection(const Authority& a, const Call& call, Value body) {
  body = call.has_scope("read:connections_options update:connections")
             ? with_secrets(section_of("database"), std::move(body), a.secrets)
             : without_secrets(section_of("database"), std::move(body));
  body = with_defaults("connection", std::move(body));
  if (Value* options = body.find("options"); options->is_object())
    *options = with_defaults("connection " + body["strategy"].text(), std::move(*options));
  set_default(body, "realms", Value::array({body["name"]}));
  if (is_kept_strategy(body["strategy"].text())) set_default(body, "provisioning_ticket_url", nullptr);
  Value everybody = Value::array();
  for (const auto& [id, client] : call.tenant->clients) everybody.push_back(id);
  if (!body.find("enabled_clients")) body.set("enabled_clients", std::move(everybody));
  return body;
}

namespace {

Async<Value> connection_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_in(a, collection_of("database"), std::move(id)));
  if (!found) co_return unknown(collection_of("database"));
  co_return *found;
}

Handling list_enabled_clients(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto found, connection_of(a, call.path[0]));
  const Value connection = present_connection(a, call, found);
  std::vector<Value> out;
  for (const auto& id : connection["enabled_clients"].items()) out.push_back(Value::object({{"client_id", id}}));
  const Page checkpoint = from_checkpoint(*page);
  co_return paged(checkpoint, "clients", out);
}

Handling enable_clients(Authority& a, Call call) {
  for (const auto& one : call.body.items())
    if (!call.tenant->find_client(one["client_id"].text()))
      co_return not_found("The client " + one["client_id"].text() + " does not exist", "inexistent_client");
  CO_TRY(const auto found, connection_of(a, call.path[0]));
  CO_TRY_VOID(edit_document(a, "database", found["name"].text(), [&](Value& body) -> Status {
    if (body.is_null()) return unknown(collection_of("database"));
    std::vector<std::string> enabled = texts(present_connection(a, call, body)["enabled_clients"]);
    for (const auto& one : call.body.items()) {
      std::erase(enabled, one["client_id"].text());
      if (one["status"].as_bool()) enabled.push_back(one["client_id"].text());
    }
    body.set("enabled_clients", as_array(enabled));
    return ok();
  }));
  co_return Reply{204, {}};
}

Handling delete_connection_user(Authority& a, Call call) {
  CO_TRY(const auto found, connection_of(a, call.path[0]));
  const std::string email(call.query.get("email"));
  if (!is_email(email)) co_return invalid_query("'Missing required property: email'.");
  CO_TRY(const auto user, find_user_by_address(a.store, found["name"].text(), email));
  if (!user) co_return Reply{204, {}};
  CO_TRY(auto statements, sessions_ended(a, {.user_id = user->id}));
  append(statements, delete_user(user->id));
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  co_return Reply{204, {}};
}

}  // namespace

Routes connection_routes() {
  return {
      on("GET", "connections/{id}/clients", "read:connections", "list_connection_clients",
         "List the clients that may use a connection", list_enabled_clients)
          .asks(page_parameters),
      on("PATCH", "connections/{id}/clients", "update:connections", "update_connection_clients",
         "Say which clients may use a connection", enable_clients)
          .takes("connection_clients"),
      on("DELETE", "connections/{id}/users", "delete:users", "delete_connection_user",
         "Delete a user of a connection by e-mail", delete_connection_user)
          .asks({"email"}),
  };
}

}  // namespace ostia::authority::management
