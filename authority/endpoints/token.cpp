// `/oauth/token` (RFC 6749 section 3.2) and `/oauth/revoke` (RFC 7009): who asks, by which grant.
#include "endpoints/endpoints.hpp"
#include "endpoints/grant_types.hpp"
#include "endpoints/mfa_grants.hpp"
#include "grants/client_authentication.hpp"
#include "grants/proof.hpp"
#include "grants/refresh_token.hpp"
#include "grants/registration.hpp"
#include "http/body.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Async<Value> exchange(Authority& a, const Request& request, const Parameters& p) {
  const std::string_view type = p.get("grant_type");
  // AZ-626 · RFC 6749 section 5.2
  if (type.empty()) co_return missing_parameter("grant_type");
  CO_TRY_VOID(read_client_document(a, request, std::string(p.get("client_id"))));
  const auto tenant = a.tenant();
  CO_TRY(const auto client, authenticate_client(a, *tenant, request, p));
  if (auto allowed = take_call(a, request, client->id); !allowed) co_return std::move(allowed).error();
  const GrantType* known = find_grant_type(type);
  // AZ-626 · RFC 6749 section 5.2
  if (!known)
    co_return oauth(403, "unsupported_grant_type", "Unsupported grant type: " + std::string(type), "grant_unknown");
  // AZ-626 · RFC 6749 section 5.2
  if (!client->has_grant(type))
    co_return oauth(403, "unauthorized_client", "Grant type '" + std::string(type) + "' not allowed for the client.",
                    "grant_not_allowed");
  // A page's key is all that it has, so its proofs are new ones: the nonce says so.
  // AZ-643 · RFC 9449 section 8
  CO_TRY_VOID(take_dpop_proof(a, request, {}, client->is_public()));
  CO_AWAIT(auto tokens, known->handle(a, request, *client, p));
  // RFC 6749 section 5.2 says 400; the vendor says 403.
  if (!tokens && client->strict_openid && tokens.error().code == "invalid_grant") tokens.error().status = 400;
  co_return tokens;
}

void log_outcome(Authority& a, const Request& request, const Parameters& p, const Result<Value>& outcome) {
  const GrantType* known = find_grant_type(p.get("grant_type"));
  const char *success = known ? known->success : "s", *failure = known ? known->failure : "f";
  Event event{.type = outcome ? success : failure, .client_id = std::string(p.get("client_id"))};
  if (outcome) return record(a, request, event);
  const Error& e = outcome.error();
  // A device that waits is no event, nor is a client that is told which nonce to send.
  for (const char* usual : {"authorization_pending", "slow_down", "use_dpop_nonce"})
    if (e.code == usual) return;
  event.description = e.code + ": " + e.description;
  event.reason = e.reason;
  if (e.reason == "refresh_token_reused") event.type = "ferrt";
  record(a, request, event);
}

}  // namespace

Answering token(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) {
    log_outcome(a, request, {}, parameters.error());
    co_return oauth_problem(a, parameters.error());
  }
  CO_AWAIT(const auto tokens, exchange(a, request, *parameters));
  log_outcome(a, request, *parameters, tokens);
  if (tokens) co_return json_response(200, *tokens).with("Cache-Control", "no-store").with("Pragma", "no-cache");
  const Error& e = tokens.error();
  Response response = oauth_problem(a, e);
  if (!e.mfa_token.empty()) {
    CO_AWAIT(const auto requirements, mfa_requirements(a, request, e.mfa_token));
    auto body = json::parse(response.body);
    if (requirements && body) {
      body->set("mfa_requirements", *requirements);
      response.body = json::write(*body);
    }
  }
  if (e.status == 401 && !request.header("authorization").empty())
    response.with("WWW-Authenticate", "Basic realm=\"ostia\"");
  co_return response;
}

// 200 for a token that is not known, too.
// AZ-613 · RFC 7009 section 2.2
Answering revoke(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  const auto tenant = a.tenant();
  CO_AWAIT(const auto client, authenticate_client(a, *tenant, request, *parameters));
  if (!client) co_return oauth_problem(a, client.error());
  if (parameters->get("token").empty()) co_return oauth_problem(a, missing_parameter("token"));
  CO_AWAIT(const auto revoked, revoke_refresh_token(a, **client, std::string(parameters->get("token"))));
  if (!revoked) co_return oauth_problem(a, revoked.error());
  record(a, request, {.type = "srrt", .description = "Refresh token revoked", .client_id = (*client)->id});
  co_return Response{200, {{"Cache-Control", "no-store"}}, {}};
}

}  // namespace ostia::authority
