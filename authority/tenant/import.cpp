#include "tenant/import.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <thread>

#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "tenant/connection.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// YAML's core schema, as far as JSON can say it.
Value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted: a string, whatever it looks like
  if (text == "true" || text == "false") return text == "true";
  if (text.empty() || text == "null" || text == "~") return nullptr;
  auto number = json::parse(text);
  if (number && number->is_number()) return *number;
  return text;
}

Value convert(const YAML::Node& node) {
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    Value out = Value::array();
    for (const auto& item : node) out.push_back(convert(item));
    return out;
  }
  if (!node.IsMap()) return nullptr;
  Value out = Value::object();
  for (const auto& pair : node) out.set(pair.first.Scalar(), convert(pair.second));
  return out;
}

Error bad_entry(const std::string& where, const std::string& what) {
  return caller_error("invalid_config", where + ": " + what, "invalid_config");
}

struct Import {
  Store& store;
  const Sealer& secrets;
  std::map<std::string, Value> clients_by_name{};  // those that are stored already
  std::vector<Statement> statements{};

  void put(const char* kind, const std::string& id, const Value& body) {
    statements.push_back(
        {"INSERT INTO tenant_objects (kind, id, body) VALUES ($1, $2, $3) "
         "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
         {kind, id, json::write(body)}});
  }

  Status load_clients() {
    auto rows = store.commit_now({{"SELECT body FROM tenant_objects WHERE kind = 'client'", {}}});
    if (!rows) return std::move(rows).error();
    for (const auto& row : *rows)
      if (auto body = json::parse(text_at(row, 0))) clients_by_name[(*body)["name"].text()] = *body;
    return ok();
  }

  // A client keeps the identity that it has: by its id, else by its name.
  void keep_identity(Value& client) {
    const auto stored = clients_by_name.find(client["name"].text());
    const Value before = stored == clients_by_name.end() ? Value() : stored->second;
    if (!client["client_id"].is_string())
      client.set("client_id", before["client_id"].is_string() ? before["client_id"] : Value(random_id().substr(0, 32)));
    std::string secret = client["client_secret"].text();
    const std::string old_sealed = before["client_secret_sealed"].text();
    const std::string old_secret = secrets.open(old_sealed).value_or("");
    if (secret.empty()) secret = old_secret.empty() ? random_id() + random_id().substr(0, 21) : old_secret;
    client.set("client_secret_sealed", secret == old_secret ? old_sealed : secrets.seal(secret));
    client.erase("client_secret");
    clients_by_name[client["name"].text()] = client;
  }

  static Status check_client(const Value& client, const std::string& where) {
    if (!client.is_object() || !client["name"].is_string() || client["name"].text().empty())
      return bad_entry(where, "needs a name");
    for (const char* list : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins", "grant_types"})
      if (client.find(list) && !client[list].is_array()) return bad_entry(where + "." + list, "must be a list");
    for (const auto& uri : client["callbacks"].items())
      if (!url::parse(uri.text()) || url::parse(uri.text())->has_fragment)
        return bad_entry(where + ".callbacks", "\"" + uri.text() + "\" is not an absolute URL without a fragment");
    return ok();
  }

  Status clients(const Value& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value client = list.items()[i];
      if (auto checked = check_client(client, "clients[" + std::to_string(i) + "]"); !checked) return checked;
      keep_identity(client);
      put("client", client["client_id"].text(), client);
    }
    return ok();
  }

  Status named(const char* section, const char* kind, const char* key, const Value& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Value& entry = list.items()[i];
      if (!entry[key].is_string() || entry[key].text().empty())
        return bad_entry(std::string(section) + "[" + std::to_string(i) + "]", std::string("needs ") + key);
      put(kind, entry[key].text(), entry);
    }
    return ok();
  }

  // What must not lie in the database in clear moves to a sealed member of its own. A file that leaves a secret out, as
  // exports do, keeps the one that is stored.
  void seal_member(Value& object, const std::string& name, const Value& before) {
    const std::string sealed = name + "_sealed";
    const std::string old_sealed = before[sealed].text(), given = object[name].text();
    object.erase(name);
    if (given.empty() && old_sealed.empty()) return;
    const bool same = given.empty() || secrets.open(old_sealed) == given;
    object.set(sealed, same ? old_sealed : secrets.seal(given));
  }

  Result<Value> stored(const char* kind, const std::string& id) {
    auto rows = store.commit_now({{"SELECT body FROM tenant_objects WHERE kind = $1 AND id = $2", {kind, id}}});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return Value();
    return json::parse(text_at((*rows)[0], 0));
  }

  Status connections(const Value& list, std::vector<std::string>& warnings) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value entry = list.items()[i];
      const std::string where = "connections[" + std::to_string(i) + "]", name = entry["name"].text();
      if (name.empty()) return bad_entry(where, "needs name");
      const std::string strategy = entry["strategy"].is_string() ? entry["strategy"].text() : "auth0";
      if (strategy != "auth0" && strategy != "email" && strategy != "sms") {
        warnings.push_back("connection \"" + name + "\": strategy \"" + strategy +
                           "\" is not supported by this version and was left out");
        continue;
      }
      if (Value* options = entry.find("options"); options && options->is_object()) {
        auto before = stored("database", name);
        if (!before) return std::move(before).error();
        for (const char* secret : connection_secrets) seal_member(*options, secret, (*before)["options"]);
      }
      put("database", name, entry);
    }
    return ok();
  }

  Status apis(const Value& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value entry = list.items()[i];
      const std::string id = entry["identifier"].text();
      if (id.empty()) return bad_entry("resourceServers[" + std::to_string(i) + "]", "needs identifier");
      auto before = stored("api", id);
      if (!before) return std::move(before).error();
      seal_member(entry, "signing_secret", *before);
      put("api", id, entry);
    }
    return ok();
  }

  Status email_provider(Value provider) {
    if (!provider.is_object()) return ok();
    auto before = stored("settings", "emailProvider");
    if (!before) return std::move(before).error();
    if (Value* credentials = provider.find("credentials"); credentials && credentials->is_object())
      seal_member(*credentials, "smtp_pass", (*before)["credentials"]);
    put("settings", "emailProvider", provider);
    return ok();
  }

  Status grants(const Value& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value grant = list.items()[i];
      const std::string where = "clientGrants[" + std::to_string(i) + "]";
      if (!grant["client_id"].is_string() || !grant["audience"].is_string())
        return bad_entry(where, "needs client_id and audience");
      // The deploy CLI writes a client's name where its id belongs.
      if (const auto client = clients_by_name.find(grant["client_id"].text()); client != clients_by_name.end())
        grant.set("client_id", client->second["client_id"]);
      put("grant", grant["client_id"].text() + " " + grant["audience"].text(), grant);
    }
    return ok();
  }
};

void warn_of_unused(const Value& config, std::vector<std::string>& warnings) {
  constexpr std::string_view used[] = {"tenant",          "clients",       "databases",       "connections",
                                       "resourceServers", "clientGrants",  "emailProvider",   "emailTemplates",
                                       "branding",        "customDomains", "attackProtection"};
  for (const auto& key : config.keys())
    if (std::find(std::begin(used), std::end(used), key) == std::end(used))
      warnings.push_back("\"" + key + "\" is not supported by this version and was left out");
  if (const Value& provider = config["emailProvider"]; provider.is_object() && !provider["name"].is("smtp"))
    warnings.push_back("emailProvider: \"" + provider["name"].text() +
                       "\" is not supported by this version, which sends by smtp; no mail will leave");
}

Value connections_of(const Value& config) {
  Value out = config["databases"].is_array() ? config["databases"] : Value::array();
  for (const auto& one : config["connections"].items()) out.push_back(one);
  return out;
}

std::string password_hash_of(const Value& user) {
  if (user["password"].is_string()) return hash_password(user["password"].text());
  if (user["password_hash"].is_string()) return user["password_hash"].text();
  return user["custom_password_hash"]["hash"]["value"].text();
}

struct NewUser {
  const Value* source;
  Statement insert;  // its fifth value is the password's hash
};

// On all cores: a hash takes 20 ms, and a file may have many.
void hash_passwords(std::vector<NewUser>& users) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < users.size(); at = next++)
        users[at].insert.values[4] = password_hash_of(*users[at].source);
    });
}

// What of an imported user is the profile: all but what has a column, and never a password.
Value profile_of(Value user) {
  for (const char* column : {"user_id", "connection", "email", "username", "password", "password_hash",
                             "custom_password_hash", "blocked", "phone_number"})
    user.erase(column);
  return user;
}

}  // namespace

Result<Value> parse_yaml(std::string_view text) {
  try {
    return convert(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    return caller_error(
        "invalid_config",
        "line " + std::to_string(e.mark.line + 1) + ", column " + std::to_string(e.mark.column + 1) + ": " + e.msg,
        "invalid_yaml");
  }
}

Status import_config(Store& store, const Sealer& secrets, const Value& config, std::vector<std::string>& warnings) {
  if (!config.is_object()) return bad_entry("the file", "must have sections such as tenant and clients");
  Import import{store, secrets};
  if (auto loaded = import.load_clients(); !loaded) return loaded;
  if (config["tenant"].is_object()) import.put("settings", "tenant", config["tenant"]);
  if (auto done = import.clients(config["clients"]); !done) return done;
  for (const char* section : {"branding", "attackProtection"})
    if (config[section].is_object()) import.put("settings", section, config[section]);
  if (auto done = import.connections(connections_of(config), warnings); !done) return done;
  if (auto done = import.apis(config["resourceServers"]); !done) return done;
  if (auto done = import.email_provider(config["emailProvider"]); !done) return done;
  if (auto done = import.named("emailTemplates", "email_template", "template", config["emailTemplates"]); !done)
    return done;
  if (auto done = import.named("customDomains", "custom_domain", "domain", config["customDomains"]); !done) return done;
  if (auto done = import.grants(config["clientGrants"]); !done) return done;
  warn_of_unused(config, warnings);
  if (import.statements.empty()) return ok();
  auto committed = store.commit_now(std::move(import.statements));
  if (!committed) return std::move(committed).error();
  return ok();
}

Status import_users(Store& store, const Value& users, std::string_view connection, std::int64_t now) {
  if (!users.is_array()) return bad_entry("the file of users", "must be a JSON array");
  std::vector<NewUser> added;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const Value& user = users.items()[i];
    const std::string where = "users[" + std::to_string(i) + "]";
    const std::string email = text::lower(user["email"].text()), username = text::lower(user["username"].text());
    const std::string phone = user["phone_number"].text();
    if (email.empty() && username.empty() && phone.empty())
      return bad_entry(where, "needs an email, a username or a phone_number");
    const std::string into = user["connection"].is_string() ? user["connection"].text() : std::string(connection);
    auto there =
        store.commit_now({{"SELECT 1 FROM users WHERE connection = $1 AND (email = $2 AND email <> '' OR username = $3 "
                           "AND username <> '' OR phone_number = $4 AND phone_number <> '')",
                           {into, email, username, phone}}});
    if (!there) return std::move(there).error();
    if (!there->empty()) continue;
    std::string id = user["user_id"].is_string() ? user["user_id"].text() : random_id().substr(0, 24);
    if (id.find('|') == id.npos) id.insert(0, into == "email" || into == "sms" ? into + "|" : "auth0|");
    added.push_back(
        {&user,
         Statement{"INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, "
                   "created_at, updated_at, phone_number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
                   {id, into, email, username, std::string(), static_cast<std::int64_t>(user["blocked"].as_bool()),
                    json::write(profile_of(user)), now, phone}}});
  }
  hash_passwords(added);
  std::vector<Statement> statements;
  for (auto& user : added) statements.push_back(std::move(user.insert));
  if (statements.empty()) return ok();
  auto committed = store.commit_now(std::move(statements));
  if (!committed) return std::move(committed).error();
  return ok();
}

}  // namespace ostia::authority
