// OpenID Connect Discovery and the public keys. It names what this version has, nothing more.
#include <algorithm>

#include "endpoints/endpoints.hpp"
#include "endpoints/grant_types.hpp"
#include "ostia/text/base64url.hpp"
#include "protocol/dpop.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value list(std::initializer_list<const char*> items) {
  Value out = Value::array();
  for (const char* item : items) out.push_back(item);
  return out;
}

// RS256 and HS256, and whatever else an application's ID tokens are signed by.
Value id_token_algorithms(const Tenant& tenant) {
  Value out = list({"RS256", "HS256"});
  for (const auto& algorithm : tenant.other_algorithms()) out.push_back(algorithm);
  return out;
}

}  // namespace

// The same document at the address of RFC 8414, which clients of OAuth alone ask for.
// AZ-101 · OpenID Connect Discovery section 3
Answering openid_configuration(Authority& a, Request request) {
  const std::string& issuer = request.issuer;
  Value v = Value::object({{"issuer", issuer}});
  for (const auto& [name, path] : {std::pair{"authorization_endpoint", "authorize"},
                                   {"token_endpoint", "oauth/token"},
                                   {"userinfo_endpoint", "userinfo"},
                                   {"jwks_uri", ".well-known/jwks.json"},
                                   {"revocation_endpoint", "oauth/revoke"},
                                   {"introspection_endpoint", "oauth/introspect"},
                                   {"device_authorization_endpoint", "oauth/device/code"},
                                   {"pushed_authorization_request_endpoint", "oauth/par"},
                                   {"backchannel_authentication_endpoint", "bc-authorize"},
                                   {"mfa_challenge_endpoint", "mfa/challenge"},
                                   {"end_session_endpoint", "oidc/logout"}})
    v.set(name, issuer + path);
  const auto tenant = a.tenant();
  if (tenant->registration.mode != ClientRegistration::Mode::off)
    v.set("registration_endpoint", issuer + "oidc/register");
  if (tenant->registration.takes_documents) v.set("client_id_metadata_document_supported", true);
  v.set("scopes_supported", list({"openid", "profile", "offline_access", "email", "phone", "address"}));
  v.set("response_types_supported",
        list({"code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token"}));
  v.set("response_modes_supported", list({"query", "fragment", "form_post", "web_message"}));
  std::vector<std::string> grants = grant_type_names();
  grants.emplace_back("implicit");
  v.set("grant_types_supported", as_array(grants));
  // AZ-648 · OpenID CIBA Core section 4
  v.set("backchannel_token_delivery_modes_supported", list({"poll"}));
  v.set("backchannel_user_code_parameter_supported", false);
  v.set("subject_types_supported", list({"public"}));
  v.set("id_token_signing_alg_values_supported", id_token_algorithms(*tenant));
  v.set("token_endpoint_auth_methods_supported", list({"client_secret_basic", "client_secret_post", "private_key_jwt",
                                                       "tls_client_auth", "self_signed_tls_client_auth", "none"}));
  v.set("token_endpoint_auth_signing_alg_values_supported",
        list({"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}));
  // AZ-641 · RFC 9449 section 5.1
  Value proof_algorithms = Value::array();
  for (const auto name : protocol::proof_algorithms()) proof_algorithms.push_back(name);
  v.set("dpop_signing_alg_values_supported", std::move(proof_algorithms));
  // AZ-646 · RFC 8705 section 3.3
  if (std::any_of(tenant->apis.begin(), tenant->apis.end(),
                  [](const auto& api) { return api.second.proof == Proof::mtls; }))
    v.set("tls_client_certificate_bound_access_tokens", true);
  v.set("ui_locales_supported", list({"en", "de", "fr", "es", "ja", "ar"}));
  if (!tenant->factors.empty())
    v.set("acr_values_supported", list({"http://schemas.openid.net/pape/policies/2007/06/multi-factor"}));
  v.set("prompt_values_supported", list({"none", "login", "consent", "select_account"}));
  v.set("backchannel_logout_supported", true);
  v.set("backchannel_logout_session_supported", true);
  v.set("code_challenge_methods_supported", list({"S256"}));
  v.set("claims_supported",
        list({"acr",      "amr",         "aud",        "auth_time", "email",        "email_verified",
              "exp",      "family_name", "given_name", "iat",       "iss",          "name",
              "nickname", "nonce",       "org_id",     "org_name",  "phone_number", "phone_number_verified",
              "picture",  "sid",         "sub",        "updated_at"}));
  // AZ-647 · RFC 9101 section 10.5
  v.set("request_parameter_supported", true);
  v.set("request_object_signing_alg_values_supported",
        list({"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}));
  for (const char* absent : {"request_uri_parameter_supported", "claims_parameter_supported"}) v.set(absent, false);
  v.set("authorization_response_iss_parameter_supported", true);
  co_return json_response(200, v).with("Cache-Control", "public, max-age=300");
}

// What is protected here, for clients that find their way from a resource (RFC 9728 section 3): the Management API and
// `/userinfo`, each at the address that its own path makes.
Answering protected_resource(Authority& a, Request request) {
  constexpr std::string_view root = "/.well-known/oauth-protected-resource";
  std::string path = request.path.substr(root.size());
  if (path.ends_with('/')) path.pop_back();
  const bool is_management = path == "/api/v2";
  if (!is_management && path != "/userinfo")
    co_return oauth_error(404, "not_found", "There is no protected resource of that path here.");
  Value scopes = Value::array();
  if (is_management)
    for (const auto& scope : a.management_scopes) scopes.push_back(scope);
  else
    scopes = list({"openid", "profile", "email", "address", "phone"});
  const std::string resource = request.issuer + (is_management ? "api/v2/" : "userinfo");
  co_return json_response(
      200, Value::object({{"resource", resource},
                          {"authorization_servers", Value::array({request.issuer})},
                          {"scopes_supported", std::move(scopes)},
                          {"bearer_methods_supported", is_management ? list({"header"}) : list({"header", "body"})},
                          {"resource_name", is_management ? "Management API" : "User profile"}}))
      .with("Cache-Control", "public, max-age=300");
}

// Which applications on phones belong to this host, so that they may use its passkeys and open its addresses: for
// Android (Digital Asset Links) and for iOS (associated domains).
Answering asset_links(Authority& a, Request) {
  Value out = Value::array();
  for (const auto& [id, client] : a.tenant()->clients) {
    const auto& app = client.mobile;
    if (app.android_package.empty() || app.android_fingerprints.empty()) continue;
    out.push_back(Value::object(
        {{"relation",
          list({"delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"})},
         {"target", Value::object({{"namespace", "android_app"},
                                   {"package_name", app.android_package},
                                   {"sha256_cert_fingerprints", as_array(app.android_fingerprints)}})}}));
  }
  co_return json_response(200, out).with("Cache-Control", "public, max-age=300");
}

Answering apple_app_site_association(Authority& a, Request) {
  Value apps = Value::array(), details = Value::array();
  for (const auto& [id, client] : a.tenant()->clients) {
    const std::string& app = client.mobile.ios_app;
    if (app.empty()) continue;
    apps.push_back(app);
    const std::string bundle = app.substr(app.find('.') + 1);
    details.push_back(Value::object({{"appID", app}, {"paths", Value::array({Value("/ios/" + bundle + "/*")})}}));
  }
  co_return json_response(
      200, Value::object({{"applinks", Value::object({{"apps", Value::array()}, {"details", std::move(details)}})},
                          {"webcredentials", Value::object({{"apps", std::move(apps)}})}}))
      .with("Cache-Control", "public, max-age=300");
}

// Where password managers send people (W3C: A Well-Known URL for Changing Passwords).
Answering change_password_page(Authority&, Request request) { co_return redirect(request.issuer + "account/password"); }

// Browsers that have kept the keys from before a rotation must not refuse the tokens after it for long.
// AZ-102 · RFC 7517 section 5
Answering jwks(Authority& a, Request) {
  co_return Response{200,
                     {{"Content-Type", "application/json; charset=utf-8"},
                      {"Cache-Control", "public, max-age=15, stale-if-error=86400"}},
                     a.keys()->jwks};
}

Answering certificate(Authority& a, Request request) {
  co_return Response{
      200,
      {{"Content-Type", request.path == "/pem" ? "application/x-pem-file" : "application/x-x509-ca-cert"},
       {"Content-Disposition", std::string("attachment; filename=ostia.") + (request.path == "/pem" ? "pem" : "cer")},
       {"Cache-Control", "public, max-age=300"}},
      request.path == "/pem" ? a.signing_key()->certificate_pem()
                             : text::base64_decode(a.signing_key()->jwk()["x5c"].at(0).text()).value_or("")};
}

// `live`: the program answers. `ready`: requests may be sent here; the sentence says why not.
Answering health(Authority& a, Request request) {
  if (request.path != "/health/ready") co_return text_response(200, "ok\n");
  if (a.leaving) co_return text_response(503, "this node is about to end\n");
  CO_AWAIT(const auto ready, a.readiness.ask(a.store, a.clock.now()));
  co_return ready ? text_response(200, "ok\n") : text_response(503, ready.error().description + "\n");
}

}  // namespace ostia::authority
