// `/userinfo` (OpenID Connect Core section 5.3), and its predecessor `/tokeninfo`.
#include "accounts/users.hpp"
#include "endpoints/endpoints.hpp"
#include "grants/consent.hpp"
#include "grants/grant.hpp"
#include "grants/proof.hpp"
#include "http/body.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// The header, a form's field, or, for clients that have no other way, the query: that is what access logs and histories
// keep, so `ostia.userinfo_by_query` can turn it off.
// AZ-701 · RFC 6750 section 2
PresentedToken token_of(const Tenant& tenant, const Request& request) {
  if (auto token = presented_token(request); !token.token.empty()) return token;
  if (request.method == "GET" && tenant.takes_token_in_query)
    return {.by_dpop = false, .token = std::string(Parameters(url::parse_form(request.query)).get("access_token"))};
  if (request.method != "POST" || !request.header("content-type").starts_with("application/x-www-form-urlencoded"))
    return {};
  return {.by_dpop = false, .token = std::string(Parameters(url::parse_form(request.body)).get("access_token"))};
}

// AZ-701 · RFC 6750 section 3
Response unauthorized(bool with_token) {
  Response response = text_response(401, "Unauthorized");
  const std::string error = with_token ? ", error=\"invalid_token\", error_description=\"The access token is unknown, "
                                         "expired or for another audience\""
                                       : "";
  return response.with("WWW-Authenticate", "Bearer realm=\"Users\"" + error).with("Cache-Control", "no-store");
}

// Claims that are about the token and not about the person.
const std::vector<std::string> protocol_claims = {"iss",    "aud",    "iat",       "exp", "nonce", "azp", "at_hash",
                                                  "c_hash", "s_hash", "auth_time", "sid", "amr",   "acr"};

// Whether the person of an ID token is there, and still lets its application know them.
// AZ-702 · Auth0: tokeninfo
Async<bool> may_tell(Authority& a, Value claims) {
  CO_TRY(const auto user, find_user(a.store, claims["sub"].text()));
  const auto tenant = a.tenant();
  const auto audiences = oidc::audiences_of(claims);
  const auto client = audiences.empty() ? Found<Client>() : tenant->find_client(audiences.front());
  if (!user || user->blocked || !client) co_return false;
  if (client->is_first_party) co_return true;
  CO_RETURN(has_agreed(a, user->id, client->id));
}

}  // namespace

Answering userinfo(Authority& a, Request request) {
  const PresentedToken presented = token_of(*a.tenant(), request);
  const auto claims = read_own_token(a, TokenUse::userinfo, request.issuer, presented.token);
  if (!claims) co_return unauthorized(!presented.token.empty());
  CO_AWAIT(const auto possessed, check_possession(a, request, presented, *claims));
  if (!possessed) {
    const auto challenge = proof_challenge(possessed.error());
    Response response = oauth_problem(a, possessed.error());
    co_return challenge ? response.with("WWW-Authenticate", *challenge) : response;
  }
  CO_AWAIT(const auto user, find_holder(a, *claims));
  if (!user) co_return oauth_problem(a, user.error());
  if (!user->has_value() || (*user)->blocked) co_return unauthorized(true);
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(client_of(*claims));
  Value profile = profile_claims(**user, request.issuer, (*claims)["scope"].text(), client && client->strict_openid);
  for (const auto& [key, item] : (*claims)["id_claims"].members())
    if (key != "sub") profile.set(key, item);
  co_return json_response(200, profile).with("Cache-Control", "no-store");
}

// What an ID token says, read by who has it: no more than it says itself, and no longer than its person agrees.
Answering tokeninfo(Authority& a, Request request) {
  const auto p = read_parameters(request);
  if (!p) co_return oauth_problem(a, p.error());
  if (p->get("id_token").empty())
    co_return oauth_problem(a,
                            oauth(400, "invalid_request", "Missing required parameter: id_token", "parameter_missing"));
  const auto claims = read_own_token(a, TokenUse::tokeninfo, request.issuer, p->get("id_token"));
  if (!claims) co_return unauthorized(true);
  CO_AWAIT(const auto may, may_tell(a, *claims));
  if (!may) co_return oauth_problem(a, may.error());
  if (!*may) co_return unauthorized(true);
  Value out = Value::object();
  for (const auto& [name, item] : claims->members())
    if (!contains(protocol_claims, name)) out.set(name, item);
  out.set("user_id", (*claims)["sub"]);
  co_return json_response(200, out).with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
