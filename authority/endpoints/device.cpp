// `/oauth/device/code` (RFC 8628 section 3.1).
#include "grants/device.hpp"
#include "endpoints/endpoints.hpp"
#include "grants/audience.hpp"
#include "grants/client_authentication.hpp"
#include "grants/registration.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view grant_type = "urn:ietf:params:oauth:grant-type:device_code";

Async<Value> start(Authority& a, const Request& request, const Parameters& p) {
  CO_TRY_VOID(read_client_document(a, request, std::string(p.get("client_id"))));
  const auto tenant = a.tenant();
  CO_TRY(const auto client, authenticate_client(a, *tenant, request, p));
  // AZ-619 · RFC 8628 section 3.1
  if (!client->has_grant(grant_type))
    co_return oauth(403, "unauthorized_client",
                    "Grant type '" + std::string(grant_type) + "' not allowed for the client.", "grant_not_allowed");
  constexpr std::size_t most = 4096;  // bytes of a scope, which is kept until the device is let in
  if (p.get("scope").size() > most)
    co_return oauth(400, "invalid_scope", "The scope is longer than 4096 bytes", "scope_too_long");
  const auto audience = asked_audience(*tenant, p);
  if (!audience) co_return audience.error();
  const auto access = resolve_access(a, *client, request.issuer, *audience, p.get("scope"));
  if (!access) co_return as_target_error(access.error(), p);
  CO_TRY(const auto made, ask_for_device(a, {.client_id = client->id,
                                             .issuer = request.issuer,
                                             .audience = *audience,
                                             .scope = std::string(p.get("scope"))}));
  const std::string page = request.issuer + "activate";
  co_return Value::object({{"device_code", made.device_code},
                           {"user_code", made.user_code},
                           {"verification_uri", page},
                           {"expires_in", made.expires_in},
                           {"interval", made.interval},
                           {"verification_uri_complete", page + "?user_code=" + made.user_code}});
}

}  // namespace

Answering device_code(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  CO_AWAIT(const auto started, start(a, request, *parameters));
  if (started) co_return json_response(200, *started).with("Cache-Control", "no-store");
  const Error& e = started.error();
  record(a, request,
         {.type = "fdeaz",
          .description = e.description,
          .client_id = std::string(parameters->get("client_id")),
          .reason = e.reason});
  co_return oauth_problem(a, e);
}

}  // namespace ostia::authority
