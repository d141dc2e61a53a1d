// Applications: what the API adds to their documents, and new secrets.
#include "management/collection.hpp"
#include "management/credentials.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/defaults.hpp"

namespace ostia::authority::management {

using json::Value;

Status check_application(const Tenant&, Value& body) {
  if (auto good = check_client(body); !good) return good;
  return check_credentials(body);
}

namespace {

// An application proves itself in one way: by a secret or by its keys, whichever was said last.
void settle_proof(Value& body, const Value& before) {
  constexpr const char *by_keys = "client_authentication_methods", *by_secret = "token_endpoint_auth_method";
  if (body[by_keys].is_null() || body[by_secret].is_null()) return;
  const bool is_new_way = body[by_keys] != before[by_keys];
  body.erase(is_new_way ? by_secret : by_keys);
}

// What the application's refresh tokens are in fact.
Value refresh_tokens_of(const Client& client) {
  const RefreshTokenSettings& r = client.refresh_tokens;
  return Value::object({{"rotation_type", r.rotating ? "rotating" : "non-rotating"},
                        {"expiration_type", r.expiring || r.idle_expiring ? "expiring" : "non-expiring"},
                        {"leeway", r.leeway},
                        {"token_lifetime", r.lifetime},
                        {"idle_token_lifetime", r.idle_lifetime},
                        {"infinite_token_lifetime", !r.expiring},
                        {"infinite_idle_token_lifetime", !r.idle_expiring}});
}

}  // namespace

void prepare_client(Authority& a, Value& body, const Value& before) {
  if (before.is_null() && !body.find("grant_types")) {
    Value grants = Value::array();
    if (body["app_type"].is("non_interactive"))
      grants.push_back("client_credentials");
    else
      grants = Value::array({"authorization_code", "refresh_token"});
    body.set("grant_types", std::move(grants));
  }
  settle_credentials(a, body);
  settle_proof(body, before);
  identify_client(body, before, a.secrets);
}

Value present_client(const Authority& a, const Call& call, Value body) {
  const auto client = call.tenant->find_client(body["client_id"].text());
  if (call.has_scope("read:client_keys"))
    body = with_secrets(section_of("client"), std::move(body), a.secrets);
  else
    body = without_secrets(section_of("client"), std::move(body));
  set_default(body, "tenant", call.tenant->name);
  set_default(body, "global", false);
  body = without_credentials(std::move(body));
  set_default(body, "signing_keys", Value::array({Value::object({{"cert", a.signing_key()->certificate_pem()}})}));
  if (client) {
    if (body["client_authentication_methods"].is_null())
      set_default(body, "token_endpoint_auth_method", client->auth_method);
    const Value own = body["refresh_token"].is_object() ? body["refresh_token"] : Value::object();
    body.set("refresh_token", completed(own, refresh_tokens_of(*client)));
    Value grants = Value::array();
    for (const auto& grant : client->grant_types) grants.push_back(grant);
    set_default(body, "grant_types", std::move(grants));
  }
  return with_defaults("client", std::move(body));
}

namespace {

Handling rotate_secret(Authority& a, Call call) {
  CO_TRY(const auto body, edit_document(a, "client", call.path[0], [&](Value& body) -> Status {
           if (body.is_null()) return unknown(collection_of("client"));
           body.erase("client_secret_sealed");
           identify_client(body, {}, a.secrets);
           return ok();
         }));
  // Whoever makes a new secret has to see it, once.
  co_return Reply{200, present_client(a, call, with_secrets(section_of("client"), body, a.secrets))};
}

}  // namespace

Routes client_routes() {
  return {on("POST", "clients/{id}/rotate-secret", "update:client_keys", "rotate_client_secret",
             "Make a new secret for a client", rotate_secret)};
}

}  // namespace ostia::authority::management
