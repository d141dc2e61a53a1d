// Where programs look for what follows from the tenant's documents, or is empty here and goes on being so.
#include <algorithm>

#include "management/collection.hpp"
#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "mfa/authenticators.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

// ---- Connections

Handling connection_status(Authority& a, Call call) {
  CO_TRY(const auto found, find_in(a, collection_of("database"), call.path[0]));
  if (!found) co_return unknown(collection_of("database"));
  const bool works = is_known_strategy(text_or((*found)["strategy"], "auth0"));
  co_return works ? Reply{200, Value::object()}
                  : Reply{404, Value::object({{"statusCode", 404},
                                              {"error", "Not Found"},
                                              {"message",
                                               "The connection is kept, and "
                                               "nobody signs in by it here."}})};
}

// Upstreams are asked by this authority's own keys, where they ask for any.
Handling connection_keys(Authority& a, Call call) {
  CO_TRY(const auto found, find_in(a, collection_of("database"), call.path[0]));
  if (!found) co_return unknown(collection_of("database"));
  const auto key = a.signing_key();
  Value one = Value::object({{"kid", key->kid()},
                             {"algorithm", "RS256"},
                             {"key_use", "signing"},
                             {"subject_dn", "/CN=" + call.tenant->name},
                             {"cert", key->certificate_pem()},
                             {"pkcs", nullptr},
                             {"fingerprint", sha1_hex(key->certificate_pem())},
                             {"thumbprint", sha1_hex(key->certificate_pem())},
                             {"current", true},
                             {"next", false},
                             {"current_since", nullptr}});
  co_return Reply{200, Value::array({std::move(one)})};
}

Handling client_connections(Authority& a, Call call) {
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  const auto client = call.tenant->find_client(call.path[0]);
  if (!client) co_return unknown(collection_of("client"));
  const Collection& c = collection_of("database");
  CO_TRY(const auto all, list_documents(a.store, c.kind));
  std::vector<Value> out;
  for (const auto& one : all) {
    const auto found = call.tenant->find_connection(one["name"].text());
    if (!found || !found->is_enabled_for(*client)) continue;
    Value body = one;
    body.set("id", found->id);
    out.push_back(selected(c.present(a, call, std::move(body)), call.query));
  }
  *page = from_checkpoint(*page);
  co_return paged(*page, "connections", out);
}

// ---- The custom domain that is called the default: kept, and the first one where nobody has said so

Async<std::string> default_domain(Authority& a) {
  CO_TRY(const auto all, list_documents(a.store, "custom_domain"));
  for (const auto& one : all)
    if (one["is_default"].as_bool()) co_return id_of(section_of("custom_domain"), one);
  if (all.empty()) co_return not_found("There is no custom domain.", "inexistent_custom_domain");
  co_return id_of(section_of("custom_domain"), all.front());
}

Handling get_default_domain(Authority& a, Call call) {
  const Collection& c = collection_of("custom_domain");
  CO_TRY(const auto id, default_domain(a));
  CO_TRY(const auto found, find_in(a, c, id));
  if (!found) co_return unknown(c);
  Value body = c.present(a, call, *found);
  body.set("is_default", true);
  co_return Reply{200, std::move(body)};
}

Handling set_default_domain(Authority& a, Call call) {
  CO_TRY(const auto all, list_documents(a.store, "custom_domain"));
  const Value wanted = call.body["domain"];
  if (std::none_of(all.begin(), all.end(), [&](const Value& one) { return one["domain"] == wanted; }))
    co_return unknown(collection_of("custom_domain"));
  std::vector<Statement> statements;
  for (Value one : all) {
    one.set("is_default", one["domain"] == wanted);
    statements.push_back(put_document("custom_domain", one["domain"].text(), one));
  }
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  CO_RETURN(get_default_domain(a, std::move(call)));
}

// ---- People

Handling nothing_of_user(Authority& a, Call call, const void* subject) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(user_of(a, call.path[0]));
  const Page checkpoint = from_checkpoint(*page);
  co_return paged(checkpoint, static_cast<const char*>(subject), {});
}

Handling list_enrollments(Authority& a, Call call) {
  CO_TRY_VOID(user_of(a, call.path[0]));
  CO_TRY(const auto all, list_authenticators(a, call.path[0]));
  Value out = Value::array();
  for (const auto& one : all)
    out.push_back(Value::object({{"id", one.id},
                                 {"status", one.confirmed ? "confirmed" : "pending"},
                                 {"type", one.type},
                                 {"name", one.body["name"]},
                                 {"enrolled_at", iso_time(one.created_at)}}));
  co_return Reply{200, std::move(out)};
}

// ---- Applications of an organization: kept in its document

Value shown(const Tenant& tenant, const Value& link) {
  const auto client = tenant.find_client(link["client_id"].text());
  Value about = Value::object();
  if (client) {
    about.set("name", client->name);
    about.set("is_first_party", client->is_first_party);
    about.set("grant_types", as_array(client->grant_types));
    if (client->uses_organizations)
      about.set("organization_usage", client->requires_organization ? "require" : "allow");
  }
  return Value::object({{"client_id", link["client_id"]},
                        {"use_for_member_access", link["use_for_member_access"].as_bool()},
                        {"client", std::move(about)}});
}

Error no_link() { return not_found("The client is not one of the organization's.", "inexistent_client"); }

Async<Value> organization_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_in(a, collection_of("organization"), std::move(id)));
  if (!found) co_return unknown(collection_of("organization"));
  co_return *std::move(found);
}

Handling list_clients(Authority& a, Call call) {
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  *page = from_checkpoint(*page);
  CO_TRY(const auto o, organization_of(a, call.path[0]));
  std::vector<Value> out;
  for (const auto& link : o["clients"].items()) out.push_back(shown(*call.tenant, link));
  co_return paged(*page, "clients", out);
}

Handling get_client(Authority& a, Call call) {
  CO_TRY(const auto o, organization_of(a, call.path[0]));
  for (const auto& link : o["clients"].items())
    if (link["client_id"].text() == call.path[1]) co_return Reply{200, shown(*call.tenant, link)};
  co_return no_link();
}

// Changes the links: `edit` gets those that are there.
template <class Edit>
Async<Unit> edit_links(Authority& a, std::string id, Edit edit) {
  CO_TRY_VOID(organization_of(a, id));
  CO_TRY_VOID(edit_document(a, "organization", id, [edit](Value& o) -> Status {
    std::vector<Value> links;
    for (const auto& link : o["clients"].items()) links.push_back(link);
    if (auto good = edit(links); !good) return good;
    o.set("clients", Value::array(std::move(links)));
    return ok();
  }));
  co_return Unit{};
}

bool is_of(const Value& link, const std::string& client) { return link["client_id"].text() == client; }

Handling add_clients(Authority& a, Call call) {
  for (const auto& one : call.body["clients"].items())
    if (!call.tenant->find_client(one["client_id"].text())) co_return unknown(collection_of("client"));
  const Value added = call.body["clients"];
  CO_TRY_VOID(edit_links(a, call.path[0], [added](std::vector<Value>& links) -> Status {
    for (const auto& one : added.items()) {
      std::erase_if(links, [&](const Value& link) { return is_of(link, one["client_id"].text()); });
      links.push_back(one);
    }
    return ok();
  }));
  Value out = Value::array();
  for (const auto& one : added.items()) out.push_back(shown(*call.tenant, one));
  co_return Reply{201, std::move(out)};
}

Handling update_client(Authority& a, Call call) {
  const std::string client = call.path[1];
  const Value change = call.body;
  CO_TRY_VOID(edit_links(a, call.path[0], [client, change](std::vector<Value>& links) -> Status {
    for (auto& link : links)
      if (is_of(link, client)) {
        merge(link, change);
        return ok();
      }
    return no_link();
  }));
  CO_RETURN(get_client(a, std::move(call)));
}

Handling remove_clients(Authority& a, Call call) {
  const auto gone = texts(call.body["clients"]);
  CO_TRY_VOID(edit_links(a, call.path[0], [gone](std::vector<Value>& links) -> Status {
    std::erase_if(links, [&](const Value& link) { return contains(gone, link["client_id"].text()); });
    return ok();
  }));
  co_return Reply{204, {}};
}

// ---- Members of an organization by their role there

Handling list_role_members(Authority& a, Call call) {
  CO_TRY_VOID(organization_of(a, call.path[0]));
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  *page = from_checkpoint(*page);
  CO_TRY(const auto rows, a.store.query({"SELECT user_id, roles FROM organization_members WHERE organization_id = $1 "
                                         "ORDER BY user_id",
                                         {call.path[0]}}));
  std::vector<Value> out;
  for (const auto& row : rows) {
    const auto roles = json::parse(text_at(row, 1));
    if (roles && contains(texts(*roles), call.path[1])) out.push_back(Value::object({{"user_id", text_at(row, 0)}}));
  }
  co_return paged(*page, "members", out);
}

Handling list_role_groups(Authority& a, Call call) {
  if (auto page = read_page(call.query, 50); !page) co_return std::move(page).error();
  CO_TRY_VOID(organization_of(a, call.path[0]));
  co_return Reply{200, Value::object({{"groups", Value::array()}})};
}

}  // namespace

Routes standing_routes() {
  const std::vector<std::string> pages = {"page", "per_page", "include_totals", "from",
                                          "take", "fields",   "include_fields"};
  const std::string o = "organizations/{id}/clients";
  Routes out = {
      on("GET", "connections/{id}/status", "read:connections", "get_connection_status",
         "Get whether people can sign in by a connection", connection_status),
      on("GET", "connections/{id}/keys", "read:connections_keys", "list_connection_keys", "List a connection's keys",
         connection_keys),
      on("GET", "clients/{id}/connections", "read:connections", "list_client_connections",
         "List the connections of a client", client_connections)
          .asks(pages),
      on("GET", "custom-domains/default", "read:custom_domains", "get_default_custom_domain",
         "Get the custom domain that is the default", get_default_domain),
      on("PATCH", "custom-domains/default", "update:custom_domains", "set_default_custom_domain",
         "Say which custom domain is the default", set_default_domain)
          .takes("custom_domain_default"),
      on("GET", "users/{id}/connected-accounts", "read:users", "list_connected_accounts",
         "List a user's connected accounts: nobody has any", nothing_of_user, "connected_accounts")
          .asks(pages),
      on("GET", "users/{id}/groups", "read:users read:groups", "list_user_groups",
         "List a user's groups: there are none", nothing_of_user, "groups")
          .asks(pages),
      on("GET", "users/{id}/enrollments", "read:users read:guardian_enrollments", "list_user_enrollments",
         "List a user's second factors as enrollments", list_enrollments),
      on("GET", o, "read:organizations read:organization_clients", "list_organization_clients",
         "List the clients of an organization", list_clients)
          .asks(pages),
      on("POST", o, "create:organization_clients update:organizations", "add_organization_clients",
         "Add clients to an organization", add_clients)
          .takes("organization_clients_add"),
      on("DELETE", o, "delete:organization_clients update:organizations", "remove_organization_clients",
         "Take clients from an organization", remove_clients)
          .takes("organization_clients_remove"),
      on("GET", o + "/{client_id}", "read:organizations read:organization_clients", "get_organization_client",
         "Get a client of an organization", get_client),
      on("PATCH", o + "/{client_id}", "update:organization_clients update:organizations", "update_organization_client",
         "Update a client of an organization", update_client)
          .takes("organization_client_update"),
      on("GET", "organizations/{id}/roles/{role_id}/members", "read:organization_members",
         "list_organization_role_members", "List the members of an organization that have a role", list_role_members)
          .asks(pages),
      on("GET", "organizations/{id}/roles/{role_id}/groups", "read:organization_members",
         "list_organization_role_groups", "List the groups of an organization that have a role: there are none",
         list_role_groups)
          .asks(pages),
  };
  for (auto& route : out)
    if (route.id == "set_default_custom_domain")
      route.kept = "links lead to the domain that was asked";
    else if (route.path.starts_with(o) && route.method != "GET")
      route.kept = "which applications an organization's members use follows from the connections and the application";
  return out;
}

}  // namespace ostia::authority::management
