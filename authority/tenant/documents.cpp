#include "tenant/documents.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "tenant/kept.hpp"
#include "tenant/reading.hpp"
#include "tenant/registered_urls.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Calls `visit(object, member)` for each object that a path such as `options.client_secret` or `secrets[].value` ends
// in.
template <class Visit>
void at_path(Value& value, std::string_view path, const Visit& visit) {
  const auto dot = path.find('.');
  std::string_view part = path.substr(0, dot);
  if (dot == path.npos) return visit(value, std::string(part));
  const bool is_list = part.ends_with("[]");
  if (is_list) part.remove_suffix(2);
  Value* next = value.find(part);
  if (!next) return;
  if (!is_list) {
    if (next->is_object()) at_path(*next, path.substr(dot + 1), visit);
    return;
  }
  if (!next->is_array()) return;
  Value items = Value::array();
  for (Value item : next->items()) {
    if (item.is_object()) at_path(item, path.substr(dot + 1), visit);
    items.push_back(std::move(item));
  }
  *next = std::move(items);
}

Error bad_member(const std::string& member, const std::string& what) {
  return caller_error("invalid_config", member + ": " + what, "invalid_config");
}

// The vendor's ids are 16 letters and digits after their prefix; some are 24 hexadecimal digits.
std::string derive_id(const Section& section, std::string_view key) {
  const std::string digest = sha256(std::string(section.kind) + " " + std::string(key));
  if (*section.id_prefix == '\0') {
    std::string out;
    for (const char c : digest.substr(0, 12)) {
      out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
      out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
    }
    return out;
  }
  std::string out = section.id_prefix;
  for (const char c : digest.substr(0, 16))
    out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[static_cast<unsigned char>(c) % 62U];
  return out;
}

// What was the same entry before, in a list: by its name, else by its place.
const Value& counterpart(const Value& list, const Value& item) {
  static const Value none;
  for (const auto& one : list.items())
    if (one["name"] == item["name"] && one["header"] == item["header"]) return one;
  return none;
}

// Where a document's secret is kept.
std::string row_of(const Section& section, const Value& body) {
  return std::string(section.kind) + " " + store_id(section, body);
}

// A document on its way to the store: each secret in it, at the paths of its section.
class Sealing {
 public:
  Sealing(const Secrets& secrets, std::string row_before, std::string row, std::string_view path)
      : secrets_(secrets), row_before_(std::move(row_before)), row_(std::move(row)), path_(path) {}

  void at(Value& value, const Value& before, std::string_view path) const {
    const auto dot = path.find('.');
    std::string_view part = path.substr(0, dot);
    if (dot == path.npos) return seal(value, before, std::string(part));
    const bool is_list = part.ends_with("[]");
    if (is_list) part.remove_suffix(2);
    Value* next = value.find(part);
    if (!next) return;
    if (!is_list) {
      if (next->is_object()) at(*next, before[part], path.substr(dot + 1));
      return;
    }
    if (!next->is_array()) return;
    Value items = Value::array();
    for (Value item : next->items()) {
      if (item.is_object()) at(item, counterpart(before[part], item), path.substr(dot + 1));
      items.push_back(std::move(item));
    }
    *next = std::move(items);
  }

 private:
  // One that is not given stays as it was.
  void seal(Value& object, const Value& before, const std::string& name) const {
    const std::string sealed = name + "_sealed", old_sealed = before[sealed].text();
    const auto old = secrets_.open(old_sealed, {"tenant_objects", row_before_, path_});
    const std::string given = object[name].text().empty() ? old.value_or("") : object[name].text();
    const bool is_said_empty = object.find(name) && object[name].is("");
    object.erase(name);
    if (given.empty() && is_said_empty) object.set(name, "");  // no secret, and said to be none
    if (given.empty()) return;
    const bool is_same = old == given && row_before_ == row_;
    object.set(sealed, is_same ? old_sealed : secrets_.seal(given, {"tenant_objects", row_, path_}));
  }

  const Secrets& secrets_;
  std::string row_before_, row_;
  std::string_view path_;
};

// Those of all resources, in their envelope.
std::vector<const char*> kept_secrets() {
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> out;
    for (const auto& r : kept_resources())
      for (const auto& path : r.secrets)
        if (!contains(out, "body." + path)) out.push_back("body." + path);
    return out;
  }();
  std::vector<const char*> out;
  for (const auto& path : paths) out.push_back(path.c_str());
  return out;
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"clients", "client", "name", "client_id", "", true, {"client_secret"}},
      {"connections",
       "database",
       "name",
       "id",
       "con_",
       false,
       {"options.twilio_token", "options.gateway_token", "options.client_secret", "options.app_secret"}},
      {"resourceServers", "api", "identifier", "id", "", false, {"signing_secret"}},
      {"clientGrants", "grant", "client_id", "id", "cgr_", false, {}},
      {"rules", "rule", "name", "id", "rul_", true, {}},
      {"rulesConfigs", "rule_config", "key", "key", "", false, {"value"}},
      {"actions", "action", "name", "id", "", true, {"secrets[].value"}},
      {"roles", "role", "name", "id", "rol_", true, {}},
      {"organizations", "organization", "name", "id", "org_", true, {}},
      {"customDomains", "custom_domain", "domain", "custom_domain_id", "cd_", false, {}},
      {"emailTemplates", "email_template", "template", "template", "", false, {}},
      {"logStreams",
       "log_stream",
       "name",
       "id",
       "lst_",
       true,
       {"sink.httpAuthorization", "sink.httpCustomHeaders[].value", "sink.datadogApiKey", "sink.splunkToken",
        "sink.mixpanelServiceAccountPassword", "sink.segmentWriteKey"}},
      {"kept", "kept", "path", "path", "", false, kept_secrets()},
      {"guardianFactors", "factor", "name", "name", "", false, {}},
      {"pages", "page", "name", "name", "", false, {}},
      {"settings",
       "settings",
       "",
       "",
       "",
       false,
       {"credentials.smtp_pass", "credentials.api_key", "credentials.secretAccessKey", "credentials.connectionString",
        "credentials.connection_string", "credentials.clientSecret", "credentials.client_secret",
        "captcha.recaptcha_v2.secret", "captcha.recaptcha_enterprise.api_key", "captcha.hcaptcha.secret",
        "captcha.auth_challenge.secret", "captcha.turnstile.secret", "captcha.friendly_captcha.secret",
        "captcha.arkose.secret"}},
  };
  return all;
}

const Section& section_of(std::string_view kind) {
  return *std::find_if(sections().begin(), sections().end(), [&](const Section& s) { return kind == s.kind; });
}

const Section* find_section(std::string_view kind) {
  const auto it = std::find_if(sections().begin(), sections().end(), [&](const Section& s) { return kind == s.kind; });
  return it == sections().end() ? nullptr : &*it;
}

std::string grant_name(const Value& grant) {
  std::string out = grant["client_id"].text();
  if (out.empty()) out = "default_for:" + grant["default_for"].text();
  out += " " + grant["audience"].text();
  if (grant["subject_type"].is("user")) out += " user";
  return out;
}

std::string id_of(const Section& section, const Value& body) {
  if (body[section.id].is_string()) return body[section.id].text();
  if (std::string_view(section.kind) == "grant") return derive_id(section, grant_name(body));
  return derive_id(section, body[section.key].text());
}

std::string store_id(const Section& section, const Value& body) {
  if (std::string_view(section.kind) == "grant") return grant_name(body);
  return section.renamable ? id_of(section, body) : body[section.key].text();
}

void seal_secrets(const Section& section, Value& body, const Value& before, const Secrets& secrets) {
  for (const char* path : section.secrets)
    Sealing(secrets, row_of(section, before), row_of(section, body), path).at(body, before, path);
}

namespace {

template <class Open>
Value opened(const Section& section, Value body, const Open& open) {
  for (const char* path : section.secrets)
    at_path(body, path, [&](Value& object, const std::string& name) {
      const Value* sealed = object.find(name + "_sealed");
      if (!sealed) return;
      auto text = open(sealed->text(), path);
      object.erase(name + "_sealed");
      if (text) object.set(name, *std::move(text));
    });
  return body;
}

}  // namespace

Value with_secrets(const Section& section, Value body, const Secrets& secrets) {
  const std::string row = row_of(section, body);
  return opened(section, std::move(body), [&](const std::string& sealed, const char* path) {
    return secrets.open(sealed, {"tenant_objects", row, path});
  });
}

Value with_old_secrets(const Section& section, Value body, const Sealer& sealer) {
  return opened(section, std::move(body), [&](const std::string& sealed, const char*) { return sealer.open(sealed); });
}

Value without_secrets(const Section& section, Value body) {
  for (const char* path : section.secrets)
    at_path(body, path, [](Value& object, const std::string& name) {
      object.erase(name + "_sealed");
      object.erase(name);  // one that a program kept before it was a secret
    });
  return body;
}

Statement put_document(const std::string& kind, const std::string& id, const Value& body) {
  return {
      "INSERT INTO tenant_objects (kind, id, body) VALUES ($1, $2, $3) "
      "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
      {kind, id, json::write(body)}};
}

Statement delete_document(const std::string& kind, const std::string& id) {
  return {"DELETE FROM tenant_objects WHERE kind = $1 AND id = $2", {kind, id}};
}

Async<std::vector<Value>> list_documents(Store& store, std::string kind) {
  CO_TRY(const auto rows,
         store.query({"SELECT body FROM tenant_objects WHERE kind = $1 ORDER BY id", {std::move(kind)}}));
  std::vector<Value> out;
  for (const auto& row : rows) {
    auto body = json::parse(text_at(row, 0));
    if (!body) co_return std::move(body).error();
    out.push_back(*std::move(body));
  }
  co_return out;
}

Async<std::optional<Value>> find_document(Store& store, std::string kind, std::string id) {
  CO_TRY(const auto rows, store.query({"SELECT body FROM tenant_objects WHERE kind = $1 AND id = $2",
                                       {std::move(kind), std::move(id)}}));
  if (rows.empty()) co_return std::optional<Value>();
  auto body = json::parse(text_at(rows.first(), 0));
  if (!body) co_return std::move(body).error();
  co_return std::optional(*std::move(body));
}

bool is_fingerprint(std::string_view text) {
  constexpr std::size_t bytes = 32;  // of SHA-256
  const auto parts = text::split(text, ':');
  const auto is_byte = [](std::string_view part) {
    return part.size() == 2 && std::all_of(part.begin(), part.end(), [](char c) {
             return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'f');
           });
  };
  return parts.size() == bytes && std::all_of(parts.begin(), parts.end(), is_byte);
}

// It stands in files that phones read.
bool is_app_name(const Value& v) {
  const std::string& name = v.text();
  return v.is_null() || (v.is_string() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
                           return text::is_alnum(c) || c == '.' || c == '-' || c == '_';
                         }));
}

Status check_mobile(const Value& mobile) {
  const Value &android = mobile["android"], &ios = mobile["ios"];
  if (!is_app_name(android["app_package_name"]) || !is_app_name(ios["team_id"]) ||
      !is_app_name(ios["app_bundle_identifier"]))
    return bad_member("mobile", "names of applications are letters, digits, periods, hyphens and underscores");
  for (const auto& one : android["sha256_cert_fingerprints"].items())
    if (!is_fingerprint(one.text()))
      return bad_member("mobile.android.sha256_cert_fingerprints",
                        "each is the SHA-256 of a certificate: 32 bytes in hexadecimal, with colons between them");
  return ok();
}

Status check_client(const Value& client) {
  if (!client.is_object() || !client["name"].is_string() || client["name"].text().empty())
    return bad_member("name", "is needed");
  for (const char* list : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins", "grant_types"}) {
    if (client.find(list) && !client[list].is_array()) return bad_member(list, "must be a list");
    for (const auto& item : client[list].items())
      if (!item.is_string()) return bad_member(list, "must be a list of texts");
  }
  if (auto good = check_mobile(client["mobile"]); !good) return good;
  return check_registered_urls(client);
}

Status check_connection(const Value& connection) {
  const std::string& name = connection["name"].text();
  if (name.empty()) return bad_member("name", "is needed");
  if (name.size() > 128 ||
      !std::all_of(name.begin(), name.end(), [](char c) { return text::is_alnum(c) || c == '-'; }) ||
      name.front() == '-' || name.back() == '-')
    return bad_member("name",
                      "\"" + name + "\" must be letters, digits and hyphens, and begin and end without a hyphen");
  return ok();
}

void identify_client(Value& client, const Value& before, const Secrets& secrets) {
  if (!client["client_id"].is_string())
    client.set("client_id", before["client_id"].is_string() ? before["client_id"] : Value(random_id().substr(0, 32)));
  if (client["client_secret"].text().empty() && before["client_secret_sealed"].text().empty())
    client.set("client_secret", random_id() + random_id().substr(0, 21));
  seal_secrets(section_of("client"), client, before, secrets);
}

}  // namespace ostia::authority
