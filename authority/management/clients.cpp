// Applications: what the API adds to their documents, and new secrets.
#include "management/collection.hpp"
#include "state/tenant_changes.hpp"

namespace ostia::authority::management {

using json::Value;

void prepare_client(Authority& a, Value& body, const Value& before) {
  if (before.is_null() && !body.find("grant_types")) {
    Value grants = Value::array();
    if (body["app_type"].is("non_interactive"))
      grants.push_back("client_credentials");
    else
      grants = Value::array({"authorization_code", "refresh_token"});
    body.set("grant_types", std::move(grants));
  }
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
  set_default(body, "is_first_party", true);
  set_default(body, "oidc_conformant", true);
  set_default(body, "cross_origin_authentication", false);
  set_default(body, "sso_disabled", false);
  for (const char* list : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins"})
    set_default(body, list, Value::array());
  if (client) {
    set_default(body, "token_endpoint_auth_method", client->auth_method);
    Value grants = Value::array();
    for (const auto& grant : client->grant_types) grants.push_back(grant);
    set_default(body, "grant_types", std::move(grants));
  }
  set_default(body, "jwt_configuration",
              Value::object({{"alg", "RS256"}, {"lifetime_in_seconds", 36000}, {"secret_encoded", false}}));
  return body;
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
