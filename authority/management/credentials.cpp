#include "management/credentials.hpp"

#include <algorithm>

#include "crypto/public_key.hpp"
#include "management/collection.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::size_t most_credentials = 50;

Error no_credential() { return not_found("The credential does not exist.", "inexistent_credential"); }

const Value& find(const Value& client, const std::string& id) {
  static const Value none;
  for (const auto& one : client["credentials"].items())
    if (one["id"].text() == id) return one;
  return none;
}

// Calls `visit(where, list)` for each list of credentials that the application uses, and sets what it makes of it.
template <class Visit>
void each_use(Value& client, const Visit& visit) {
  const auto within = [&](Value& holder, const std::string& where) {
    Value* list = holder.find("credentials");
    if (list && list->is_array()) *list = visit(where, *list);
  };
  if (Value* methods = client.find("client_authentication_methods"); methods && methods->is_object())
    for (const std::string name : {"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"})
      if (Value* method = methods->find(name); method && method->is_object())
        within(*method, "client_authentication_methods." + name);
  for (const std::string name : {"signed_request_object", "token_vault_privileged_access"})
    if (Value* holder = client.find(name); holder && holder->is_object()) within(*holder, name);
}

std::string use_of(Value client, const std::string& id) {
  std::string out;
  each_use(client, [&](const std::string& where, const Value& list) {
    for (const auto& one : list.items())
      if (one["id"].text() == id && where != "token_vault_privileged_access") out = where;  // which nothing uses
    return list;
  });
  return out;
}

Result<Value> read_credential(const Authority& a, const Value& body) {
  const std::string type = text_or(body["credential_type"], "public_key"), now = iso_time(a.clock.now());
  const auto key = read_public_key(body["pem"].text());
  const bool needs_key = type != "cert_subject_dn" || body["subject_dn"].text().empty();
  if (needs_key && !key) return invalid_body("'It must be a public key or a certificate, in PEM' on property pem.");
  if (type == "x509_cert" && key->certificate_thumbprint.empty())
    return invalid_body("'It must be a certificate, in PEM' on property pem.");
  Value out = Value::object({{"id", "cred_" + random_id().substr(0, 22)}, {"credential_type", type}});
  if (type == "public_key") {
    const char* usual = key->type == "EC" ? "ES256" : "RS256";
    out.set("kid", body["kid"].is_string() ? body["kid"] : Value(key->kid));
    out.set("alg", text_or(body["alg"], usual));
  }
  if (type == "x509_cert") out.set("thumbprint_sha256", key->certificate_thumbprint);
  if (type == "cert_subject_dn") out.set("subject_dn", key ? Value(key->subject) : body["subject_dn"]);
  if (body["name"].is_string()) out.set("name", body["name"]);
  // The key is what signatures are checked by; a certificate is compared as it is.
  if (key) out.set("pem", type == "public_key" ? Value(key->pem) : body["pem"]);
  out.set("created_at", now);
  out.set("updated_at", now);
  const bool follows = key && key->not_after && (type == "x509_cert" || body["parse_expiry_from_cert"].as_bool());
  if (body["expires_at"].is_string()) out.set("expires_at", body["expires_at"]);
  if (!body["expires_at"].is_string() && follows) out.set("expires_at", iso_time(*key->not_after));
  return out;
}

Status check_expiry(const Value& body) {
  if (!body["expires_at"].is_string() || parse_foreign_time(body["expires_at"].text())) return ok();
  return invalid_body("'Object didn't pass validation for format date-time: " + body["expires_at"].text() +
                      "' on property expires_at.");
}

Value shown(Value credential) {
  credential.erase("pem");
  if (const auto at = parse_foreign_time(credential["expires_at"].text())) credential.set("expires_at", iso_time(*at));
  return credential;
}

Async<Value> client_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_in(a, collection_of("client"), std::move(id)));
  if (!found) co_return unknown(collection_of("client"));
  co_return *std::move(found);
}

Handling list(Authority& a, Call call) {
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  page->include_totals = false;  // the vendor's list is an array, whatever is asked
  CO_TRY(const auto client, client_of(a, call.path[0]));
  std::vector<Value> out;
  for (const auto& one : client["credentials"].items()) out.push_back(shown(one));
  co_return paged(*page, "credentials", out);
}

Handling get(Authority& a, Call call) {
  CO_TRY(const auto client, client_of(a, call.path[0]));
  const Value& found = find(client, call.path[1]);
  if (found.is_null()) co_return no_credential();
  co_return Reply{200, shown(found)};
}

// Changes the list of credentials; `edit` makes the new one of the old.
using EditList = std::function<Result<Value>(const Value& client)>;
Async<Unit> edit_list(Authority& a, std::string id, EditList edit) {
  CO_TRY_VOID(client_of(a, id));
  CO_TRY_VOID(edit_document(a, "client", id, [&](Value& client) -> Status {
    if (client.is_null()) return unknown(collection_of("client"));
    auto changed = edit(client);
    if (!changed) return std::move(changed).error();
    client.set("credentials", *std::move(changed));
    settle_credentials(a, client);
    return ok();
  }));
  co_return Unit{};
}

Handling create(Authority& a, Call call) {
  if (auto good = check_expiry(call.body); !good) co_return std::move(good).error();
  auto made = read_credential(a, call.body);
  if (!made) co_return std::move(made).error();
  const Value credential = *std::move(made);
  CO_TRY_VOID(edit_list(a, call.path[0], [credential](const Value& client) -> Result<Value> {
    Value all = client["credentials"].is_array() ? client["credentials"] : Value::array();
    if (all.size() >= most_credentials)
      return api_error(400, "too_many_credentials", "An application has 50 credentials at most: delete one first.");
    all.push_back(credential);
    return all;
  }));
  co_return Reply{201, shown(credential)};
}

Handling update(Authority& a, Call call) {
  if (auto good = check_expiry(call.body); !good) co_return std::move(good).error();
  Value changed;
  CO_TRY_VOID(edit_list(a, call.path[0], [&](const Value& client) -> Result<Value> {
    if (find(client, call.path[1]).is_null()) return no_credential();
    Value all = Value::array();
    for (Value one : client["credentials"].items()) {
      if (one["id"].text() == call.path[1]) {
        merge(one, call.body);
        one.set("updated_at", iso_time(a.clock.now()));
        changed = one;
      }
      all.push_back(std::move(one));
    }
    return all;
  }));
  co_return Reply{200, shown(changed)};
}

Handling remove(Authority& a, Call call) {
  CO_TRY_VOID(edit_list(a, call.path[0], [&](const Value& client) -> Result<Value> {
    if (const std::string where = use_of(client, call.path[1]); !where.empty())
      return api_error(409, "credential_in_use", "The credential is named by " + where + ": take it out there first.");
    Value all = Value::array();
    for (const auto& one : client["credentials"].items())
      if (one["id"].text() != call.path[1]) all.push_back(one);
    return all;
  }));
  co_return Reply{204, {}};
}

}  // namespace

Status check_credentials(const Value& client) {
  std::string unknown_id, bad_key;
  Value copy = client;
  each_use(copy, [&](const std::string& where, const Value& list) {
    for (const auto& one : list.items()) {
      if (one["id"].is_string() && find(client, one["id"].text()).is_null() && one["pem"].is_null())
        unknown_id = one["id"].text();
      if (!one["id"].is_string() && one["credential_type"].is_string() && one["subject_dn"].is_null() &&
          !read_public_key(one["pem"].text()))
        bad_key = where;
    }
    return list;
  });
  if (!unknown_id.empty()) return invalid_body("'The credential " + unknown_id + " does not exist'");
  if (!bad_key.empty())
    return invalid_body("'It must be a public key or a certificate, in PEM' on property " + bad_key +
                        ".credentials.pem.");
  return ok();
}

void settle_credentials(const Authority& a, Value& client) {
  Value all = client["credentials"].is_array() ? client["credentials"] : Value::array();
  each_use(client, [&](const std::string&, const Value& list) {
    Value out = Value::array();
    for (const auto& one : list.items()) {
      Value used = one;
      if (!one["id"].is_string() && one["credential_type"].is_string())
        if (auto made = read_credential(a, one)) {
          used = *std::move(made);
          all.push_back(used);
        }
      for (const auto& known : all.items())
        if (used["id"].is_string() && known["id"] == used["id"]) used = known;
      out.push_back(std::move(used));
    }
    return out;
  });
  if (all.size() > 0 || client.find("credentials")) client.set("credentials", std::move(all));
}

Value without_credentials(Value client) {
  each_use(client, [](const std::string&, const Value& list) {
    Value out = Value::array();
    for (const auto& one : list.items())
      out.push_back(one["id"].is_string() ? Value::object({{"id", one["id"]}}) : one);
    return out;
  });
  client.erase("credentials");
  return client;
}

Routes credential_routes() {
  const std::string path = "clients/{id}/credentials", item = path + "/{credential_id}";
  return {
      on("GET", path, "read:client_credentials", "list_client_credentials", "List a client's credentials", list)
          .asks(page_parameters),
      on("POST", path, "create:client_credentials", "create_client_credential", "Create a credential of a client",
         create)
          .takes("client_credential_create"),
      on("GET", item, "read:client_credentials", "get_client_credential", "Get a credential of a client", get),
      on("PATCH", item, "update:client_credentials", "update_client_credential", "Update a credential of a client",
         update)
          .takes("client_credential_update"),
      on("DELETE", item, "delete:client_credentials", "delete_client_credential", "Delete a credential of a client",
         remove),
  };
}

}  // namespace ostia::authority::management
