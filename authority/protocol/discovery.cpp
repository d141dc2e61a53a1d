// OpenID Connect Discovery and the public keys (checklist section 1). It names what this version has, nothing more.
#include "protocol/authority.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value list(std::initializer_list<const char*> items) {
  Value out = Value::array();
  for (const char* item : items) out.push_back(item);
  return out;
}

}  // namespace

Answering openid_configuration(Authority&, Request request) {
  const std::string& issuer = request.issuer;
  Value v = Value::object({{"issuer", issuer}});
  for (const auto& [name, path] : {std::pair{"authorization_endpoint", "authorize"},
                                   {"token_endpoint", "oauth/token"},
                                   {"userinfo_endpoint", "userinfo"},
                                   {"jwks_uri", ".well-known/jwks.json"}})
    v.set(name, issuer + path);
  v.set("scopes_supported", list({"openid", "profile", "email"}));
  v.set("response_types_supported",
        list({"code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token"}));
  v.set("response_modes_supported", list({"query", "fragment", "form_post", "web_message"}));
  v.set("grant_types_supported", list({"authorization_code", "implicit", "client_credentials"}));
  v.set("subject_types_supported", list({"public"}));
  v.set("id_token_signing_alg_values_supported", list({"RS256"}));
  v.set("token_endpoint_auth_methods_supported", list({"client_secret_basic", "client_secret_post", "none"}));
  v.set("code_challenge_methods_supported", list({"S256"}));
  v.set("claims_supported", list({"aud", "auth_time", "email", "email_verified", "exp", "family_name", "given_name",
                                  "iat", "iss", "name", "nickname", "nonce", "picture", "sid", "sub", "updated_at"}));
  for (const char* absent :
       {"request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported"})
    v.set(absent, false);
  v.set("authorization_response_iss_parameter_supported", true);
  co_return json_response(200, v).with("Cache-Control", "public, max-age=300");
}

Answering jwks(Authority& a, Request) {
  Value keys = Value::array();
  for (const auto& key : a.keys) keys.push_back(key.jwk());
  co_return json_response(200, Value::object({{"keys", keys}})).with("Cache-Control", "public, max-age=300");
}

Answering health(Authority& a, Request request) {
  if (request.path == "/health/ready") {
    auto alive_task = a.store.query({"SELECT 1", {}});
    const auto alive = co_await std::move(alive_task);
    if (!alive) co_return text_response(503, "the database does not answer\n");
  }
  co_return text_response(200, "ok\n");
}

}  // namespace ostia::authority
