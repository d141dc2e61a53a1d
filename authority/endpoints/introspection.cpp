// `/oauth/introspect` (RFC 7662): whether a token is good now, told to the application that it was given to and to the
// API that it is for. To all others each token is as good as none.
#include "endpoints/endpoints.hpp"
#include "grants/client_authentication.hpp"
#include "grants/grant.hpp"
#include "grants/refresh_token.hpp"
#include "http/body.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "ostia/oidc/audience.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value inactive() { return Value::object({{"active", false}}); }

// RFC 7662 section 4: who may ask about which tokens.
bool may_know(const Client& client, const Value& claims) {
  return client_of(claims) == client.id ||
         (!client.resource_server.empty() && oidc::is_for(claims, client.resource_server));
}

// RFC 7662 section 2.2
Async<Value> about_access_token(Authority& a, const Client& client, Value claims) {
  if (!may_know(client, claims)) co_return inactive();
  Value out = Value::object({{"active", true}, {"token_type", claims["cnf"]["jkt"].is_string() ? "DPoP" : "Bearer"}});
  if (!is_machine_token(claims)) {
    CO_TRY(const auto user, find_holder(a, claims));
    if (!user || user->blocked) co_return inactive();
    out.set("username", user->login_name());
  } else if (!a.tenant()->find_client(client_of(claims))) {
    co_return inactive();
  }
  out.set("client_id", client_of(claims));
  for (const char* name : {"scope", "exp", "iat", "sub", "aud", "iss", "jti", "cnf", "act", "org_id", "org_name",
                           "permissions", "auth_time", "acr"})
    if (const Value* claim = claims.find(name)) out.set(name, *claim);
  co_return out;
}

// Only the application that has it is told of a refresh token, and asking uses none up.
Async<Value> about_refresh_token(Authority& a, const Client& client, std::string token) {
  CO_TRY(const auto kept, look_at_refresh_token(a, client, std::move(token)));
  if (!kept) co_return inactive();
  co_return Value::object({{"active", true},
                           {"client_id", client.id},
                           {"sub", kept->grant.user_id},
                           {"iss", kept->grant.issuer},
                           {"scope", kept->grant.scope},
                           {"exp", kept->expires_at}});
}

Async<Value> answer(Authority& a, const Request& request, const Parameters& p) {
  const auto tenant = a.tenant();
  CO_TRY(const auto client, authenticate_client(a, *tenant, request, p));
  // RFC 7662 section 2.1: who has no secret could be anybody.
  if (client->is_public()) co_return oauth(401, "invalid_client", "Unauthorized", "client_public");
  if (auto allowed = take_call(a, request, client->id); !allowed) co_return std::move(allowed).error();
  if (p.get("token").empty()) co_return missing_parameter("token");
  const std::string token(p.get("token"));
  auto claims = read_own_token(a, TokenUse::introspection, request.issuer, token);
  if (claims) CO_RETURN(about_access_token(a, *client, *std::move(claims)));
  CO_RETURN(about_refresh_token(a, *client, token));
}

}  // namespace

Answering introspect(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  CO_AWAIT(const auto said, answer(a, request, *parameters));
  if (said) co_return json_response(200, *said).with("Cache-Control", "no-store");
  Response response = oauth_problem(a, said.error());
  if (said.error().status == 401) response.with("WWW-Authenticate", "Basic realm=\"ostia\"");
  co_return response;
}

}  // namespace ostia::authority
