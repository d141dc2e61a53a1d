#include "tenant/import.hpp"

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "http/header.hpp"
#include "http/networks.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "tenant/bounds.hpp"
#include "tenant/captcha.hpp"
#include "tenant/connection.hpp"
#include "tenant/documents.hpp"
#include "tenant/kept.hpp"
#include "tenant/reading.hpp"
#include "tenant/registered_urls.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error bad_entry(const std::string& where, const std::string& what) {
  return caller_error("invalid_config", where + ": " + what, "invalid_config");
}

// `e` begins with the member that is wrong.
Error bad_member(const std::string& where, const Error& e) {
  const auto colon = e.description.find(": ");
  return bad_entry(where + "." + e.description.substr(0, colon), e.description.substr(colon + 2));
}

// All documents of a kind, by what the store knows them by.
using Documents = std::map<std::string, Value>;

Result<std::map<std::string, Documents>> load_documents(Store& store) {
  auto rows = store.commit_now({{"SELECT kind, id, body FROM tenant_objects", {}}});
  if (!rows) return std::move(rows).error();
  std::map<std::string, Documents> out;
  for (const auto& row : *rows) {
    auto body = json::parse(text_at(row, 2));
    if (!body) return std::move(body).error();
    out[text_at(row, 0)][text_at(row, 1)] = *std::move(body);
  }
  return out;
}

// A document as a file has it: secrets in clear, no id that follows from its name.
Value as_written(const Section& section, Value body, const Secrets& secrets, bool with) {
  body = with ? with_secrets(section, std::move(body), secrets) : without_secrets(section, std::move(body));
  const std::string_view id = section.id;
  if (!id.empty() && id != section.key && id != "client_id" && body.find(id)) {
    Value nameless = body;
    nameless.erase(id);
    if (id_of(section, nameless) == body[id].text()) body.erase(id);
  }
  return body;
}

std::string entry_name(const Section& section, const Value& body) {
  return std::string_view(section.kind) == "grant" ? grant_name(body) : body[section.key].text();
}

bool is_known_factor(std::string_view name) {
  constexpr std::string_view known[] = {"otp",          "sms", "email", "webauthn-roaming", "webauthn-platform",
                                        "recovery-code"};
  return std::find(std::begin(known), std::end(known), name) != std::end(known);
}

class Importing {
 public:
  Importing(const Secrets& secrets, std::map<std::string, Documents> stored)
      : secrets_(secrets), stored_(std::move(stored)) {}

  Status run(const Value& config) {
    // Connections and grants name clients, and settings connections, which must be known by then.
    constexpr std::string_view first[] = {"clients", "databases", "connections", "resourceServers"};
    for (const auto name : first)
      if (auto done = section(std::string(name), config[name]); !done) return done;
    for (const auto& [name, item] : config.members()) {
      if (std::find(std::begin(first), std::end(first), name) != std::end(first)) continue;
      if (auto done = section(name, item); !done) return done;
    }
    return ok();
  }

  ImportPlan plan;

 private:
  Status section(const std::string& name, const Value& content) {
    const std::string listed = name == "databases" ? "connections" : name;
    for (const auto& s : sections())
      if (listed == s.name && *s.key != '\0') return list(s, name, content);
    return setting(name, content);
  }

  // Sections of one object, and those that nothing here knows: kept, so that nothing is lost on the way through.
  Status setting(const std::string& name, const Value& content) {
    static const std::vector<std::string> known = {"tenant",   "branding",         "emailProvider", "attackProtection",
                                                   "triggers", "guardianPolicies", "prompts"};
    if (content.is_null() || ((content.is_array() || content.is_object()) && content.size() == 0)) return ok();
    if (contains(known, name) && !content.is_object()) return bad_entry(name, "must be an object");
    if (!contains(known, name))
      warn("\"" + name + "\" is not supported by this version: it is kept, and has no effect");
    if (name == "emailProvider" && !content["name"].is("smtp"))
      warn("emailProvider: \"" + content["name"].text() +
           "\" is not supported by this version, which sends by smtp; no mail will leave");
    if (auto good = check_bounds("settings", name, content); !good) return bad_member(name, good.error());
    if (name == "tenant") {
      if (auto good = check_tenant(content); !good) return good;
      for (const char* member : {"ostia", "resource_parameter_profile"})
        if (const Value* said = content.find(member))
          if (auto good = validate(Value::object({{member, *said}}), "tenant_settings"); !good)
            return bad_entry(name + "." + member, good.error().description);
    }
    if (name == "attackProtection") warn_of_networks(content);
    if (name == "attackProtection")
      if (auto good = check_captcha_settings(content); !good) return bad_entry(name, good.error().description);
    const Section& s = section_of("settings");
    Value body = content;
    const Value before = stored("settings", name);
    if (body.is_object()) seal_secrets(s, body, before, secrets_);
    put(s, name, name, name, body, before);
    return ok();
  }

  Status list(const Section& s, const std::string& name, const Value& content) {
    if (!content.is_null() && !content.is_array()) return bad_entry(name, "must be a list");
    for (std::size_t i = 0; i < content.size(); ++i) {
      const std::string where = name + "[" + std::to_string(i) + "]";
      Value body = content.at(i);
      if (!body.is_object() || body[s.key].text().empty())
        return bad_entry(where, std::string("needs ") + (std::string_view(s.key) == "name" ? "a " : "") + s.key);
      if (auto good = check(s, body, where); !good) return good;
      const Value before = counterpart(s, body);
      const bool is_client = std::string_view(s.kind) == "client";
      // Where the name is no identity, what is there already keeps its id.
      if (s.renamable && !is_client && before.is_object() && !body.find(s.id)) body.set(s.id, id_of(s, before));
      if (is_client)
        identify_client(body, before, secrets_);
      else
        seal_secrets(s, body, before, secrets_);
      put(s, name, entry_name(s, body), store_id(s, body), body, before);
    }
    return ok();
  }

  Status check(const Section& s, Value& body, const std::string& where) {
    const std::string_view kind = s.kind;
    if (auto good = check_bounds(kind, {}, body); !good) return bad_member(where, good.error());
    if (kind == "client") {
      if (auto good = check_client(body); !good) return bad_member(where, good.error());
      if (body["addons"].size() > 0)
        warn("client \"" + body["name"].text() + "\": addons have no effect in this version");
    }
    if (kind == "database") {
      name_clients_by_id(body);
      check_connection_entry(body);
    }
    // Words that say how tokens are made or what they are bound to: one that nobody knows must not mean something else.
    if (kind == "api")
      for (const char* member : {"signing_alg", "token_dialect", "proof_of_possession"})
        if (const Value* said = body.find(member))
          if (auto good = validate(Value::object({{member, *said}}), "resource_server_update"); !good)
            return bad_entry(where + "." + member, good.error().description);
    if (kind == "grant") {
      if (body["audience"].text().empty()) return bad_entry(where, "needs client_id and audience");
      name_own_management_api(body, where);
      // The deploy CLI writes a client's name where its id belongs.
      for (const auto& [id, client] : stored_["client"])
        if (client["name"] == body["client_id"]) body.set("client_id", id);
    }
    if (kind == "action")
      for (const auto& trigger : body["supported_triggers"].items())
        if (!trigger["id"].is("post-login") && !trigger["id"].is("custom-token-exchange"))
          warn("action \"" + body["name"].text() + "\": the trigger " + trigger["id"].text() +
               " has no effect in this version");
    if (kind == "log_stream")
      if (auto good = check_headers(body["sink"], where + ".sink"); !good) return good;
    if (kind == "log_stream" && !body["type"].is("http"))
      warn("log stream \"" + body["name"].text() + "\": the type " + body["type"].text() +
           " has no effect in this version");
    if (kind == "factor" && body["enabled"].as_bool() && !is_known_factor(body["name"].text()))
      warn("factor \"" + body["name"].text() + "\" has no effect in this version");
    if (kind == "kept") {
      const KeptResource* r = find_kept(body["path"].text());
      if (!r) return bad_entry(where + ".path", "\"" + body["path"].text() + "\" is no resource that is kept");
      if (!body["body"].is_object()) return bad_entry(where + ".body", "must be an object");
      if (!r->why.empty()) warn(r->one + " " + body["path"].text() + ": kept, and has no effect");
    }
    if (kind == "page") warn("page \"" + body["name"].text() + "\": a tenant's own HTML has no effect in this version");
    return ok();
  }

  // Grants of another tenant of the vendor's are for its Management API, which here is this authority's.
  void name_own_management_api(Value& grant, const std::string& where) {
    const std::string audience = grant["audience"].text();
    const auto parsed = url::parse(audience);
    if (!parsed || !parsed->host.ends_with(".auth0.com") || parsed->path != "/api/v2/") return;
    if (stored_["api"].contains(audience)) return;  // the file says that it is an API of its own
    warn(where + ": " + audience + " is the Management API of another tenant: it counts as this one's");
    grant.set("audience", own_management_api);
  }

  // What is sent with each entry: none of it starts another line.
  static Status check_headers(const Value& sink, const std::string& where) {
    for (const char* name : {"httpAuthorization", "httpContentType"})
      if (!is_header_value(sink[name].text()))
        return bad_entry(where + "." + name, "has control characters, which no header may have");
    for (const auto& one : sink["httpCustomHeaders"].items())
      if (!is_header_name(one["header"].text()) || !is_header_value(one["value"].text()))
        return bad_entry(where + ".httpCustomHeaders",
                         "each header is a name (letters, digits, hyphens) and a value without control characters");
    return ok();
  }

  // Files name applications as people do. A name can be taken by somebody else later, an id cannot.
  void name_clients_by_id(Value& body) {
    if (!body.find("enabled_clients")) return;
    Value ids = Value::array();
    for (const auto& named : texts(body["enabled_clients"])) {
      const auto& clients = stored_["client"];
      const auto it = std::find_if(clients.begin(), clients.end(),
                                   [&](const auto& client) { return client.second["name"].is(named.c_str()); });
      const bool is_known = clients.contains(named) || it != clients.end();
      if (!is_known)
        warn("connection \"" + body["name"].text() + "\": enabled_clients: there is no client \"" + named + "\"");
      ids.push_back(clients.contains(named) || !is_known ? named : it->first);
    }
    body.set("enabled_clients", std::move(ids));
  }

  // What cannot be read as an address lets nobody through.
  void warn_of_networks(const Value& content) {
    for (const auto& [name, part] : content.members())
      for (const auto& one : part["allowlist"].items())
        if (auto read = Networks::parse({one.text()}); !read)
          warn("attackProtection." + name + ".allowlist: " + read.error().description + "; it has no effect");
  }

  // Who could not be let in by what is named is not let in by anything.
  Status check_tenant(const Value& body) {
    if (auto good = check_destinations("allowed_logout_urls", body["allowed_logout_urls"]); !good)
      return bad_entry("tenant", good.error().description);
    if (auto good = validate(body["ostia"]["administration"], "administration"); !good)
      return bad_entry("tenant.ostia.administration", good.error().description);
    const Value& named = body["ostia"]["administrators_connection"];
    if (named.is_null()) return ok();
    for (const auto& [id, one] : stored_["database"])
      if (one["name"] == named && text_or(one["strategy"], "auth0") == "auth0") return ok();
    return bad_entry("tenant.ostia.administrators_connection", json::write(named) + " is no database of this tenant");
  }

  void check_connection_entry(const Value& body) {
    const std::string& name = body["name"].text();
    const std::string strategy = text_or(body["strategy"], "auth0");
    if (!is_known_strategy(strategy))
      warn("connection \"" + name + "\": the strategy \"" + strategy + "\" has no effect in this version");
    if (body["options"]["scripts"]["fetchUserProfile"].is_string())
      warn("connection \"" + name +
           "\": fetchUserProfile is not run in this version: the profile is what options.userInfoURL answers");
    if (body["options"]["ostia"]["stand_in"].as_bool())
      warn("connection \"" + name + "\": its upstream is a stand-in, which is there with --dev only");
    if (body["options"]["customScripts"].size() > 0)
      warn("connection \"" + name + "\": custom database scripts have no effect in this version");
  }

  // The stored entry that this one takes the place of: the same id, else the same name.
  Value counterpart(const Section& s, const Value& body) {
    const std::string name = entry_name(s, body);
    Value found;
    for (const auto& [id, one] : stored_[s.kind]) {
      if (body[s.id].is_string() && id_of(s, one) == body[s.id].text()) return one;
      if (entry_name(s, one) == name) found = one;
    }
    const bool is_another = std::string_view(s.kind) == "client" && found.is_object() && body["client_id"].is_string();
    return is_another ? Value() : found;
  }

  Value stored(const std::string& kind, const std::string& id) {
    const auto it = stored_[kind].find(id);
    return it == stored_[kind].end() ? Value() : it->second;
  }

  void put(const Section& s, const std::string& section_name, const std::string& entry, const std::string& id,
           const Value& body, const Value& before) {
    stored_[s.kind][id] = body;
    const Value was = as_written(s, before, secrets_, true), is = as_written(s, body, secrets_, true);
    if (was == is) return;
    ImportPlan::Change change{section_name, entry, before.is_null(), {}};
    for (const auto& key : is.keys())
      if (was[key] != is[key]) change.members.push_back(key);
    for (const auto& key : was.keys())
      if (!is.find(key)) change.members.push_back(key);
    plan.changes.push_back(std::move(change));
    plan.statements.push_back(put_document(s.kind, id, body));
  }

  void warn(std::string text) { plan.warnings.push_back(std::move(text)); }

  const Secrets& secrets_;
  std::map<std::string, Documents> stored_;
};

}  // namespace

Result<ImportPlan> plan_import(Store& store, const Secrets& secrets, Value config) {
  if (!config.is_object()) return bad_entry("the file", "must have sections such as tenant and clients");
  auto stored = load_documents(store);
  if (!stored) return std::move(stored).error();
  Importing importing(secrets, *std::move(stored));
  if (auto done = importing.run(config); !done) return std::move(done).error();
  return std::move(importing.plan);
}

Status apply(Store& store, ImportPlan plan) {
  if (plan.statements.empty()) return ok();
  plan.statements.push_back({"UPDATE revisions SET value = value + 1 WHERE name = 'tenant'", {}});
  auto committed = store.commit_now(std::move(plan.statements));
  if (!committed) return std::move(committed).error();
  return ok();
}

Result<Value> export_tenant(Store& store, const Secrets& secrets, bool with) {
  auto stored = load_documents(store);
  if (!stored) return std::move(stored).error();
  Value out = Value::object();
  const auto& settings = (*stored)["settings"];
  const auto add_setting = [&](const std::string& name) {
    const auto it = settings.find(name);
    if (it != settings.end()) out.set(name, as_written(section_of("settings"), it->second, secrets, with));
  };
  add_setting("tenant");
  for (const auto& s : sections()) {
    if (*s.key == '\0') continue;
    std::vector<Value> entries;
    for (const auto& [id, body] : (*stored)[s.kind]) entries.push_back(as_written(s, body, secrets, with));
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Value& x, const Value& y) { return entry_name(s, x) < entry_name(s, y); });
    Value databases = Value::array(), list = Value::array();
    for (auto& entry : entries) {
      const bool is_database =
          std::string_view(s.kind) == "database" && (entry["strategy"].is_null() || entry["strategy"].is("auth0"));
      (is_database ? databases : list).push_back(std::move(entry));
    }
    if (databases.size() > 0) out.set("databases", std::move(databases));
    if (list.size() > 0) out.set(s.name, std::move(list));
  }
  for (const auto& [name, body] : settings)
    if (name != "tenant" && !out.find(name)) add_setting(name);
  return out;
}

namespace {

Result<Value> user_of_row(const Row& r) {
  auto profile = json::parse(text_at(r, 6));
  if (!profile) return std::move(profile).error();
  Value user = Value::object({{"user_id", text_at(r, 0)}, {"connection", text_at(r, 1)}});
  for (const auto& [name, column] : {std::pair{"email", 2}, {"username", 3}, {"phone_number", 7}})
    if (!text_at(r, static_cast<std::size_t>(column)).empty())
      user.set(name, text_at(r, static_cast<std::size_t>(column)));
  const std::string& hash = text_at(r, 4);
  if (hash.starts_with('{'))
    user.set("custom_password_hash", json::parse(hash).has_value() ? *json::parse(hash) : Value());
  else if (!hash.empty())
    user.set("password_hash", hash);
  if (int_at(r, 5) != 0) user.set("blocked", true);
  for (const auto& [key, item] : profile->members()) user.set(key, item);
  if (const auto more = json::parse(text_at(r, 9)))
    for (const auto& [key, item] : more->members()) user.set(key, item);
  if (int_at(r, 8) == 0) return user;
  // As a users file says it (`UsersImport::is_operators`).
  Value metadata = user["app_metadata"].is_object() ? user["app_metadata"] : Value::object();
  Value ours = metadata["ostia"].is_object() ? metadata["ostia"] : Value::object();
  ours.set("administrator", true);
  metadata.set("ostia", std::move(ours));
  user.set("app_metadata", std::move(metadata));
  return user;
}

}  // namespace

Result<Value> export_users(Store& store, const ExportProgress& progress) {
  constexpr std::int64_t batch = 5000;
  const auto count = store.commit_now({{"SELECT count(*) FROM users WHERE linked_to = ''", {}}});
  if (!count) return count.error();
  const double all = static_cast<double>(std::max<std::int64_t>(1, int_at(count->first(), 0)));
  Value out = Value::array();
  for (std::string after;;) {
    auto rows = store.commit_now(
        {{"SELECT user_id, connection, email, username, password_hash, blocked, profile, phone_number, "
          "(SELECT count(*) FROM administrators AS a WHERE a.user_id = users.user_id), more FROM users WHERE linked_to "
          "= '' "
          "AND user_id > $1 ORDER BY user_id LIMIT $2",
          {after, batch}}});
    if (!rows) return std::move(rows).error();
    for (const auto& r : *rows) {
      auto user = user_of_row(r);
      if (!user) return std::move(user).error();
      out.push_back(*std::move(user));
    }
    const auto done = static_cast<std::int64_t>(out.size());
    if (progress) progress(done, static_cast<double>(done) / all);
    if (static_cast<std::int64_t>(rows->size()) < batch) return out;
    after = text_at(rows->last(), 0);
  }
}

}  // namespace ostia::authority
