// Organizations: their connections, members and invitations.
#include <algorithm>

#include "management/collection.hpp"
#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "messages/mails.hpp"
#include "ostia/url/url.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/administrators.hpp"
#include "tenant/defaults.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t invitation_lifetime = 7 * 24 * 3600;  // seconds: the vendor's

Error no_organization() { return not_found("No organization found by that id or name", "inexistent_organization"); }

Async<Value> organization_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_document(a.store, "organization", std::move(id)));
  if (!found) co_return no_organization();
  co_return *found;
}

Handling get_by_name(Authority& a, Call call) {
  const auto o = call.tenant->find_organization(call.path[0]);
  if (!o || o->id == call.path[0]) co_return no_organization();
  CO_TRY(auto body, organization_of(a, o->id));
  body.set("id", o->id);
  co_return Reply{200, collection_of("organization").present(a, call, std::move(body))};
}

// ---- Connections

Value shown_door(const Tenant& tenant, const Value& door) {
  const auto c = tenant.find_connection(door["name"].text());
  Value out = with_defaults("organization_connection", door);
  out.erase("name");
  out.set("connection_id", c ? c->id : "");
  out.set("connection", Value::object({{"name", door["name"]}, {"strategy", c ? c->strategy : ""}}));
  return out;
}

Handling list_connections(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto o, organization_of(a, call.path[0]));
  std::vector<Value> out;
  const auto is_enabled = flag(call.query, "is_enabled");
  for (const auto& door : o["connections"].items())
    if (!is_enabled || door["is_enabled"].as_bool(true) == *is_enabled) out.push_back(shown_door(*call.tenant, door));
  std::stable_sort(out.begin(), out.end(), [](const Value& x, const Value& y) {
    return x["connection"]["name"].text() < y["connection"]["name"].text();
  });
  const bool is_older = call.request.path.ends_with("enabled_connections");
  co_return paged(*page, is_older ? "enabled_connections" : "connections", out);
}

// What becomes of an organization's door for a connection, given the one that is there (or null) and the change.
using ChangeDoor = Result<Value> (*)(const Value& there, const Value& change);

// Changes the door of a connection; null takes it away.
Handling change_door(Authority& a, Call call, std::string connection_id, ChangeDoor change, int status) {
  const auto c = call.tenant->find_connection_by_id(connection_id);
  if (!c) co_return not_found("The connection does not exist.", "inexistent_connection");
  Value door;
  CO_TRY_VOID(edit_document(a, "organization", call.path[0], [&](Value& body) -> Status {
    if (body.is_null()) return no_organization();
    const auto is_it = [&](const Value& one) { return one["name"].text() == c->name; };
    std::vector<Value> doors;
    for (const auto& one : body["connections"].items()) doors.push_back(one);
    const auto at = std::find_if(doors.begin(), doors.end(), is_it);
    auto changed = change(at == doors.end() ? Value() : *at, call.body);
    if (!changed) return std::move(changed).error();
    door = *std::move(changed);
    if (!door.is_null()) door.set("name", c->name);
    if (!door.is_null() && at == doors.end())
      doors.push_back(door);
    else if (!door.is_null())
      *at = door;
    else if (at != doors.end())
      doors.erase(at);
    body.set("connections", Value::array(std::move(doors)));
    return ok();
  }));
  co_return Reply{status, door.is_null() ? Value() : shown_door(*call.tenant, door)};
}

Value with_change(Value door, const Value& change) {
  for (const auto& [name, item] : change.members())
    if (name != "connection_id") door.set(name, item);
  return door;
}

Handling add_connection(Authority& a, Call call) {
  const std::string id = call.body["connection_id"].text();
  const ChangeDoor change = [](const Value& there, const Value& body) -> Result<Value> {
    if (there.is_null()) return with_change(Value::object(), body);
    return api_error(409, "organization_connection_conflict", "The connection is enabled already.");
  };
  CO_RETURN(change_door(a, std::move(call), id, change, 201));
}

Handling update_connection(Authority& a, Call call) {
  const std::string id = call.path[1];
  const ChangeDoor change = [](const Value& there, const Value& body) -> Result<Value> {
    if (!there.is_null()) return with_change(there, body);
    return not_found("The connection is not enabled for the organization.", "inexistent_connection");
  };
  CO_RETURN(change_door(a, std::move(call), id, change, 200));
}

Handling remove_connection(Authority& a, Call call) {
  const std::string id = call.path[1];
  const ChangeDoor change = [](const Value&, const Value&) -> Result<Value> { return Value(); };
  CO_RETURN(change_door(a, std::move(call), id, change, 204));
}

Handling get_connection(Authority& a, Call call) {
  CO_TRY(const auto o, organization_of(a, call.path[0]));
  const auto c = call.tenant->find_connection_by_id(call.path[1]);
  for (const auto& door : o["connections"].items())
    if (c && door["name"].text() == c->name) co_return Reply{200, shown_door(*call.tenant, door)};
  co_return not_found("The connection is not enabled for the organization.", "inexistent_connection");
}

// ---- What machines may do for it: grants of applications that name it

Value shown_grant(const Value& grant) {
  const Value whole = with_defaults("grant", grant);
  Value out = Value::object({{"id", id_of(section_of("grant"), grant)}});
  for (const char* name :
       {"client_id", "audience", "scope", "subject_type", "organization_usage", "allow_any_organization"})
    if (whole.find(name)) out.set(name, whole[name]);
  return out;
}

Async<Value> grant_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_in(a, collection_of("grant"), std::move(id)));
  if (!found) co_return unknown(collection_of("grant"));
  co_return *std::move(found);
}

Handling list_grants(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto o, organization_of(a, call.path[0]));
  CO_TRY(const auto grants, list_documents(a.store, "grant"));
  const auto named = texts(o["client_grants"]);
  const auto asked = [&](const char* name, const Value& have) {
    return call.query.get(name).empty() || have.text() == call.query.get(name);
  };
  std::vector<Value> out;
  for (const auto& grant : grants)
    if (contains(named, id_of(section_of("grant"), grant)) && asked("client_id", grant["client_id"]) &&
        asked("audience", grant["audience"]))
      out.push_back(shown_grant(grant));
  co_return paged(*page, "client_grants", out);
}

Handling change_grant(Authority& a, Call call, std::string id, bool adds) {
  CO_TRY_VOID(edit_document(a, "organization", call.path[0], [&](Value& body) -> Status {
    if (body.is_null()) return no_organization();
    auto named = texts(body["client_grants"]);
    if (adds && contains(named, id))
      return api_error(409, "organization_client_grant_conflict", "The organization has that client grant already.");
    std::erase(named, id);
    if (adds) named.push_back(id);
    body.set("client_grants", as_array(named));
    return ok();
  }));
  co_return Reply{204, {}};
}

Handling add_grant(Authority& a, Call call) {
  const std::string id = call.body["grant_id"].text();
  CO_TRY(const auto grant, grant_of(a, id));
  const std::string& usage = grant["organization_usage"].text();
  if (usage != "allow" && usage != "require")
    co_return api_error(400, "operation_not_supported",
                        "The client grant is for no organization: set its organization_usage to allow or require.");
  CO_TRY_VOID(change_grant(a, std::move(call), id, true));
  Value shown = shown_grant(grant);
  shown.set("grant_id", id);
  co_return Reply{201, std::move(shown)};
}

Handling remove_grant(Authority& a, Call call) {
  const std::string id = call.path[1];
  CO_RETURN(change_grant(a, std::move(call), id, false));
}

Handling list_grant_organizations(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(grant_of(a, call.path[0]));
  CO_TRY(const auto all, list_documents(a.store, "organization"));
  std::vector<Value> out;
  for (const auto& o : all)
    if (contains(texts(o["client_grants"]), call.path[0])) {
      Value body = o;
      body.set("id", id_of(section_of("organization"), o));
      out.push_back(collection_of("organization").present(a, call, std::move(body)));
    }
  co_return paged(*page, "organizations", out);
}

// ---- Members

Handling list_members(Authority& a, Call call) {
  CO_TRY_VOID(organization_of(a, call.path[0]));
  Statement select{"SELECT " OSTIA_USER_COLUMNS
                   " FROM users WHERE user_id IN (SELECT user_id FROM organization_members WHERE organization_id = $1) "
                   "ORDER BY user_id",
                   {call.path[0]}};
  CO_RETURN(list_people(a, std::move(call), "members", std::move(select)));
}

Handling add_members(Authority& a, Call call) {
  CO_TRY_VOID(organization_of(a, call.path[0]));
  std::vector<Statement> statements;
  for (const auto& id : call.body["members"].items()) {
    CO_TRY_VOID(user_of(a, id.text()));
    statements.push_back(
        {"INSERT INTO organization_members (organization_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
         {call.path[0], id.text()}});
  }
  CO_RETURN(commit(a, std::move(statements), 204));
}

Handling remove_members(Authority& a, Call call) {
  std::vector<Statement> statements;
  for (const auto& id : call.body["members"].items())
    statements.push_back(
        {"DELETE FROM organization_members WHERE organization_id = $1 AND user_id = $2", {call.path[0], id.text()}});
  CO_RETURN(commit(a, std::move(statements), 204));
}

Async<std::vector<std::string>> member_roles(Authority& a, std::string organization, std::string user) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT roles FROM organization_members WHERE organization_id = $1 AND user_id = $2",
                        {std::move(organization), std::move(user)}}));
  if (rows.empty()) co_return not_found("The user is not a member of the organization.", "inexistent_member");
  auto roles = json::parse(text_at(rows.first(), 0));
  if (!roles) co_return std::move(roles).error();
  co_return texts(*roles);
}

Handling list_member_roles(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto roles, member_roles(a, call.path[0], call.path[1]));
  std::vector<Value> out;
  for (const auto& id : roles)
    if (const auto role = call.tenant->roles.find(id); role != call.tenant->roles.end())
      out.push_back(Value::object({{"id", id}, {"name", role->second.name}, {"description", ""}}));
  co_return paged(*page, "roles", out);
}

Handling change_member_roles(Authority& a, Call call) {
  CO_TRY(auto roles, member_roles(a, call.path[0], call.path[1]));
  const bool adds = call.request.method == "POST";
  for (const auto& id : call.body["roles"].items()) {
    if (adds && !call.tenant->roles.contains(id.text()))
      co_return not_found("The role does not exist.", "inexistent_role");
    std::erase(roles, id.text());
    if (adds) roles.push_back(id.text());
  }
  Value list = Value::array();
  for (const auto& id : roles) list.push_back(id);
  std::vector<Statement> statements;
  statements.push_back({"UPDATE organization_members SET roles = $3 WHERE organization_id = $1 AND user_id = $2",
                        {call.path[0], call.path[1], json::write(list)}});
  CO_RETURN(commit(a, std::move(statements), 204));
}

Handling list_of_user(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(user_of(a, call.path[0]));
  CO_TRY(const auto rows,
         a.store.query({"SELECT organization_id FROM organization_members WHERE user_id = $1 ORDER BY organization_id",
                        {call.path[0]}}));
  std::vector<Value> out;
  for (const auto& row : rows)
    if (const auto o = call.tenant->find_organization(text_at(row, 0)))
      out.push_back(Value::object({{"id", o->id}, {"name", o->name}, {"display_name", o->display_name}}));
  co_return paged(*page, "organizations", out);
}

// ---- Invitations

// The address has the ticket in it, which opens the organization.
Kept address_of(const std::string& invitation) { return {"invitations", invitation, "invitation_url"}; }

Value invitation_of(const Authority& a, const Row& r) {
  auto body = json::parse(text_at(r, 4));
  Value out = body ? *std::move(body) : Value::object();
  const std::string sealed = out["invitation_url_sealed"].text();
  out.erase("invitation_url_sealed");
  if (const auto url = a.secrets.open(sealed, address_of(text_at(r, 0)))) out.set("invitation_url", *url);
  out.set("id", text_at(r, 0));
  out.set("organization_id", text_at(r, 1));
  out.set("created_at", iso_time(int_at(r, 2)));
  out.set("expires_at", iso_time(int_at(r, 3)));
  return out;
}

#define INVITATION_COLUMNS "id, organization_id, created_at, expires_at, body"

Handling list_invitations(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(organization_of(a, call.path[0]));
  CO_TRY(const auto rows, a.store.query({"SELECT " INVITATION_COLUMNS
                                         " FROM invitations WHERE organization_id = $1 ORDER BY created_at DESC, id",
                                         {call.path[0]}}));
  std::vector<Value> out;
  for (const auto& row : rows) out.push_back(selected(invitation_of(a, row), call.query));
  co_return paged(*page, "invitations", out);
}

Handling get_invitation(Authority& a, Call call) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT " INVITATION_COLUMNS " FROM invitations WHERE organization_id = $1 AND id = $2",
                        {call.path[0], call.path[1]}}));
  if (rows.empty()) co_return not_found("The invitation does not exist.", "inexistent_invitation");
  co_return Reply{200, selected(invitation_of(a, rows.first()), call.query)};
}

// Where a person begins who accepts: the application's own login, with the ticket; else straight to `/authorize`'s
// page.
Result<std::string> invitation_url(const Client& client, const std::string& ticket, const Organization& o) {
  std::string url = client.initiate_login_uri;
  if (url.empty())
    return api_error(400, "invalid_body",
                     "A default login route (initiate_login_uri) is required on the client to invite to it.");
  url::append_query(url, "invitation", ticket);
  url::append_query(url, "organization", o.id);
  url::append_query(url, "organization_name", o.name);
  return url;
}

Handling invite(Authority& a, Call call) {
  const auto o = call.tenant->find_organization(call.path[0]);
  if (!o || o->id != call.path[0]) co_return no_organization();
  const auto client = call.tenant->find_client(call.body["client_id"].text());
  if (!client) co_return not_found("The client does not exist", "inexistent_client");
  if (claims_administrator(call.body["app_metadata"])) co_return not_by_metadata();
  const std::string ticket = random_id(), email = call.body["invitee"]["email"].text();
  const auto url = invitation_url(*client, ticket, *o);
  if (!url) co_return url.error();
  const std::int64_t now = a.clock.now(), lifetime = at_least(call.body["ttl_sec"], 1, invitation_lifetime);
  Value body =
      Value::object({{"inviter", call.body["inviter"]}, {"invitee", call.body["invitee"]}, {"client_id", client->id}});
  for (const char* name : {"connection_id", "app_metadata", "user_metadata", "roles"})
    if (call.body.find(name)) body.set(name, call.body[name]);
  const std::string id = "uinv_" + random_id().substr(0, 16);
  body.set("invitation_url_sealed", a.secrets.seal(*url, address_of(id)));
  std::vector<Statement> statements;
  statements.push_back(
      {"INSERT INTO invitations (id, organization_id, ticket_mark, created_at, expires_at, body) VALUES ($1, $2, $3, "
       "$4, $5, $6)",
       {id, o->id, a.secrets.mark(ticket), now, now + lifetime, json::write(body)}});
  if (call.body["send_invitation_email"].as_bool(true)) {
    const auto& texts = Texts::choose({}, call.tenant->enabled_locales);
    Value user = Value::object({{"email", email}});
    user.set("inviter", call.body["inviter"]["name"]);
    user.set("organization", o->display_name.empty() ? o->name : o->display_name);
    statements.push_back(a.outbox.queue(
        compose_mail(*call.tenant, texts, "user_invitation", email, nullptr, {*url, {}, {}, user, client->id})));
  }
  CO_AWAIT(auto reply, commit(a, std::move(statements), 201));
  if (!reply) co_return reply;
  a.outbox.wake();
  body.erase("invitation_url_sealed");
  body.set("invitation_url", *url);
  body.set("id", id);
  body.set("organization_id", o->id);
  body.set("created_at", iso_time(now));
  body.set("expires_at", iso_time(now + lifetime));
  body.set("ticket_id", ticket);
  reply->body = std::move(body);
  co_return reply;
}

Handling delete_invitation(Authority& a, Call call) {
  std::vector<Statement> statements;
  statements.push_back(
      {"DELETE FROM invitations WHERE organization_id = $1 AND id = $2", {call.path[0], call.path[1]}});
  CO_RETURN(commit(a, std::move(statements), 204));
}

}  // namespace

Routes organization_routes() {
  const std::vector<std::string> pages = {"page",   "per_page",       "include_totals", "from",      "take",
                                          "fields", "include_fields", "sort",           "is_enabled"};
  const std::string o = "organizations/{id}";
  Routes out = {
      on("GET", "organizations/name/{name}", "read:organizations", "get_organization_by_name",
         "Get an organization by name", get_by_name),
      on("GET", o + "/enabled_connections", "read:organization_connections", "list_organization_connections",
         "List an organization's connections", list_connections)
          .asks(pages),
      on("POST", o + "/enabled_connections", "create:organization_connections", "add_organization_connection",
         "Enable a connection for an organization", add_connection)
          .takes("organization_connection_create"),
      on("GET", o + "/enabled_connections/{connection_id}", "read:organization_connections",
         "get_organization_connection", "Get an organization's connection", get_connection),
      on("PATCH", o + "/enabled_connections/{connection_id}", "update:organization_connections",
         "update_organization_connection", "Update an organization's connection", update_connection)
          .takes("organization_connection_update"),
      on("DELETE", o + "/enabled_connections/{connection_id}", "delete:organization_connections",
         "delete_organization_connection", "Disable a connection for an organization", remove_connection),
      on("GET", o + "/client-grants", "read:organization_client_grants", "list_organization_client_grants",
         "List the client grants of an organization", list_grants)
          .asks({"page", "per_page", "include_totals", "from", "take", "client_id", "audience"}),
      on("POST", o + "/client-grants", "create:organization_client_grants", "add_organization_client_grant",
         "Give an organization a client grant", add_grant)
          .takes("organization_client_grant"),
      on("DELETE", o + "/client-grants/{grant_id}", "delete:organization_client_grants",
         "remove_organization_client_grant", "Take a client grant from an organization", remove_grant),
      on("GET", "client-grants/{id}/organizations", "read:organization_client_grants",
         "list_client_grant_organizations", "List the organizations of a client grant", list_grant_organizations)
          .asks(page_parameters),
      on("GET", o + "/members", "read:organization_members", "list_members", "List an organization's members",
         list_members)
          .asks(pages),
      on("POST", o + "/members", "create:organization_members", "add_members", "Add members to an organization",
         add_members)
          .takes("members"),
      on("DELETE", o + "/members", "delete:organization_members", "delete_members",
         "Remove members from an organization", remove_members)
          .takes("members"),
      on("GET", o + "/members/{user_id}/roles", "read:organization_member_roles", "list_member_roles",
         "List a member's roles", list_member_roles)
          .asks(pages),
      on("POST", o + "/members/{user_id}/roles", "create:organization_member_roles", "add_member_roles",
         "Give roles to a member", change_member_roles)
          .takes("user_roles"),
      on("DELETE", o + "/members/{user_id}/roles", "delete:organization_member_roles", "remove_member_roles",
         "Take roles from a member", change_member_roles)
          .takes("user_roles"),
      on("GET", o + "/invitations", "read:organization_invitations", "list_invitations", "List invitations",
         list_invitations)
          .asks(pages),
      on("POST", o + "/invitations", "create:organization_invitations", "create_invitation", "Invite somebody", invite)
          .takes("invitation"),
      on("GET", o + "/invitations/{invitation_id}", "read:organization_invitations", "get_invitation",
         "Get an invitation", get_invitation)
          .asks({"fields", "include_fields"}),
      on("DELETE", o + "/invitations/{invitation_id}", "delete:organization_invitations", "delete_invitation",
         "Take an invitation back", delete_invitation),
      on("GET", "users/{id}/organizations", "read:organizations", "list_user_organizations",
         "List a user's organizations", list_of_user)
          .asks(pages),
  };
  // The endpoints of an organization's connections have an older and a newer name.
  const Routes named = out;
  for (Route route : named) {
    const auto at = route.path.find("/enabled_connections");
    if (at == std::string::npos) continue;
    route.path.replace(at, std::string("/enabled_connections").size(), "/connections");
    route.id += "_2";
    out.push_back(std::move(route));
  }
  return out;
}

}  // namespace ostia::authority::management
