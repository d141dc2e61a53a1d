// What Auth0's Lock asks for before it shows itself: scripts that tell it which connections there are. It is public, as
// the login page is that shows the same.
#include <algorithm>
#include "embedded/endpoints.hpp"
#include "ostia/url/percent.hpp"

#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Response script(std::string_view function, const Value& argument) {
  return {200,
          {{"Content-Type", "application/javascript; charset=utf-8"},
           {"Cache-Control", "public, max-age=60"},
           {"Cross-Origin-Resource-Policy", "cross-origin"}},
          "Auth0." + std::string(function) + "(" + json::write(argument) + ");"};
}

Value connection_of(const Connection& c, const Client* client) {
  Value out = Value::object({{"name", c.name}});
  if (!c.display_name.empty()) out.set("display_name", c.display_name);
  if (!c.is_database()) return out;
  out.set("passwordPolicy", c.password_policy.level);
  out.set("password_complexity_options", Value::object({{"min_length", c.password_policy.min_length}}));
  out.set("showSignup", client ? c.takes_signups_for(*client) : !c.disable_signup);
  out.set("showForgot", true);
  if (!c.requires_username) return out;
  out.set("requires_username", true);
  out.set("validation",
          Value::object({{"username", Value::object({{"min", c.username_min}, {"max", c.username_max}})}}));
  return out;
}

Value strategies_for(const Tenant& tenant, const Client& client) {
  std::vector<std::pair<std::string, Value>> found;  // in the order of the connections
  for (const auto& connection : tenant.connections) {
    if (!connection.is_enabled_for(client)) continue;
    auto at =
        std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.first == connection.strategy; });
    if (at == found.end()) at = found.insert(found.end(), {connection.strategy, Value::array()});
    at->second.push_back(connection_of(connection, &client));
  }
  Value out = Value::array();
  for (auto& [name, list] : found) out.push_back(Value::object({{"name", name}, {"connections", std::move(list)}}));
  return out;
}

const char* kind_of(const Connection& c) {
  return c.is_database() ? "database" : c.is_passwordless() ? "passwordless" : "social";
}

}  // namespace

// Auth0: /client/{client_id}.js
Answering lock_client(Authority& a, Request request) {
  constexpr std::string_view root = "/client/", ending = ".js";
  const std::string_view path = request.path;
  const auto id = url::percent_decode(path.substr(root.size(), path.size() - root.size() - ending.size()));
  const auto tenant = a.tenant();
  const auto client = id ? tenant->find_client(*id) : Found<Client>();
  if (!client || client->is_dashboard || client->is_account)
    co_return oauth_error(404, "not_found", "There is no application with that client_id.");
  const std::string authorize = request.issuer + "authorize";
  co_return script("setClient", Value::object({{"id", client->id},
                                               {"tenant", tenant->name},
                                               {"subscription", "enterprise"},
                                               {"authorize", authorize},
                                               {"callback", client->callbacks.empty() ? "" : client->callbacks.front()},
                                               {"hasAllowedOrigins", !client->web_origins.empty()},
                                               {"strategies", strategies_for(*tenant, *client)}}));
}

// Auth0: /info-v1.js
Answering lock_tenant(Authority& a, Request) {
  const auto tenant = a.tenant();
  Value connections = Value::object({{"database", Value::array()},
                                     {"social", Value::array()},
                                     {"enterprise", Value::array()},
                                     {"passwordless", Value::array()}});
  Value of_clients = Value::object();
  for (const auto& connection : tenant->connections) {
    Value shown = connection_of(connection, nullptr);
    shown.set("strategy", connection.strategy);
    Value list = connections[kind_of(connection)];
    list.push_back(std::move(shown));
    connections.set(kind_of(connection), std::move(list));
  }
  for (const auto& [id, client] : tenant->clients) {
    if (client.is_registered) continue;
    Value names = Value::array();
    for (const auto& connection : tenant->connections)
      if (connection.is_enabled_for(client)) names.push_back(connection.name);
    of_clients.set(id, std::move(names));
  }
  Value out = Value::object(
      {{"name", tenant->name}, {"connections", std::move(connections)}, {"clientsConnections", std::move(of_clients)}});
  if (!tenant->default_directory.empty()) out.set("defaultDirectory", tenant->default_directory);
  co_return script("setTenant", out);
}

}  // namespace ostia::authority
