#include "tenant/tenant.hpp"

#include <algorithm>

#include "ostia/oauth/redirect_uri.hpp"

namespace ostia::authority {
namespace {

using json::Value;

std::vector<std::string> texts(const Value& array) {
  std::vector<std::string> out;
  for (const auto& item : array.items())
    if (item.is_string()) out.push_back(item.text());
  return out;
}

std::string text_or(const Value& value, const char* otherwise) { return value.is_string() ? value.text() : otherwise; }

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// What the vendor gives an application that says nothing.
const char* default_auth_method(const std::string& app_type) {
  return app_type == "spa" || app_type == "native" ? "none" : "client_secret_post";
}

Client read_client(const Value& v, const Sealer& secrets) {
  const std::string app_type = text_or(v["app_type"], "");
  const Value& own = v["ostia"];
  Client c;
  c.id = v["client_id"].text();
  c.name = text_or(v["name"], c.id.c_str());
  c.secret = secrets.open(v["client_secret_sealed"].text()).value_or("");
  c.auth_method = text_or(v["token_endpoint_auth_method"], default_auth_method(app_type));
  c.callbacks = texts(v["callbacks"]);
  c.allowed_logout_urls = texts(v["allowed_logout_urls"]);
  c.web_origins = texts(v["web_origins"]);
  c.allowed_origins = texts(v["allowed_origins"]);
  c.grant_types = v.find("grant_types") ? texts(v["grant_types"]) : std::vector<std::string>{"authorization_code"};
  c.is_native = app_type == "native";
  c.is_first_party = v["is_first_party"].as_bool(true);
  c.any_loopback_port = c.is_native || own["any_loopback_port"].as_bool();
  c.auth0_js_compatible = own["compat"] == Value("auth0-js");
  c.id_token_lifetime = v["jwt_configuration"]["lifetime_in_seconds"].as_int().value_or(c.id_token_lifetime);
  return c;
}

Api read_api(const Value& v) {
  Api a;
  a.identifier = v["identifier"].text();
  for (const auto& scope : v["scopes"].items())
    a.scopes.push_back(scope.is_string() ? scope.text() : scope["value"].text());
  a.token_lifetime = v["token_lifetime"].as_int().value_or(a.token_lifetime);
  a.token_lifetime_for_web = v["token_lifetime_for_web"].as_int().value_or(a.token_lifetime_for_web);
  return a;
}

std::int64_t hours(const Value& v, std::int64_t otherwise) {
  const auto number = v.as_double();
  return number && *number > 0 ? static_cast<std::int64_t>(*number * 3600) : otherwise;
}

void read_settings(Tenant& t, const Value& v) {
  t.name = text_or(v["friendly_name"], "Ostia");
  t.default_audience = text_or(v["default_audience"], "");
  t.default_directory = text_or(v["default_directory"], "");
  t.allowed_logout_urls = texts(v["allowed_logout_urls"]);
  t.session_lifetime = hours(v["session_lifetime"], t.session_lifetime);
  t.idle_session_lifetime = hours(v["idle_session_lifetime"], t.idle_session_lifetime);
}

std::string grant_key(std::string_view client_id, std::string_view audience) {
  return std::string(client_id) + " " + std::string(audience);
}

}  // namespace

bool Client::has_grant(std::string_view grant) const { return contains(grant_types, grant); }

bool Client::may_redirect_to(std::string_view uri) const {
  return oauth::is_registered_redirect_uri(uri, callbacks, {.any_loopback_port = any_loopback_port});
}

bool Client::allows_origin(std::string_view origin) const {
  return oauth::is_allowed_origin(origin, web_origins, callbacks) ||
         oauth::is_allowed_origin(origin, allowed_origins, {});
}

const Client* Tenant::find_client(std::string_view id) const {
  const auto it = clients.find(id);
  return it == clients.end() ? nullptr : &it->second;
}

const Api* Tenant::find_api(std::string_view identifier) const {
  const auto it = apis.find(identifier);
  return it == apis.end() ? nullptr : &it->second;
}

const std::vector<std::string>* Tenant::find_grant(std::string_view client_id, std::string_view audience) const {
  const auto it = grants.find(grant_key(client_id, audience));
  return it == grants.end() ? nullptr : &it->second;
}

std::vector<std::string> Tenant::databases_of(const Client& client) const {
  std::vector<std::string> out;
  for (const auto& db : databases)
    if (db.everywhere || contains(db.enabled_clients, client.id) || contains(db.enabled_clients, client.name))
      out.push_back(db.name);
  return out;
}

bool Tenant::allows_origin(std::string_view origin) const {
  return std::any_of(clients.begin(), clients.end(), [&](const auto& c) { return c.second.allows_origin(origin); });
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

Result<std::shared_ptr<const Tenant>> load_tenant(Store& store, const Sealer& secrets) {
  auto rows = store.commit_now({{"SELECT kind, body FROM tenant_objects ORDER BY kind, id", {}}});
  if (!rows) return std::move(rows).error();
  auto tenant = std::make_shared<Tenant>();
  for (const auto& row : *rows) {
    const auto body = json::parse(text_at(row, 1));
    if (!body)
      return Error{"server_error", "a stored " + text_at(row, 0) + " is not JSON", "store_malformed", 0, Fault::ours};
    const std::string& kind = text_at(row, 0);
    const Value& v = *body;
    if (kind == "settings") read_settings(*tenant, v);
    if (kind == "client") tenant->clients.emplace(v["client_id"].text(), read_client(v, secrets));
    if (kind == "api") tenant->apis.emplace(v["identifier"].text(), read_api(v));
    if (kind == "grant") tenant->grants[grant_key(v["client_id"].text(), v["audience"].text())] = texts(v["scope"]);
    if (kind == "database")
      tenant->databases.push_back({v["name"].text(), texts(v["enabled_clients"]), !v.find("enabled_clients")});
  }
  return std::shared_ptr<const Tenant>(std::move(tenant));
}

}  // namespace ostia::authority
