// Dynamic registration of applications (RFC 7591), and what one may do with its own registration (RFC 7592).
#include "grants/registration.hpp"

#include "endpoints/endpoints.hpp"
#include "grants/own_token.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view root = "/oidc/register";

Error bad_token() {
  return oauth(401, "invalid_token", "The token is none that allows this", "registration_token_invalid");
}

// An initial access token is one of the Management API for whoever may do nothing else there.
// RFC 7591 section 3
Status may_register(const Authority& a, const Request& request) {
  using Mode = ClientRegistration::Mode;
  const auto mode = a.tenant()->registration.mode;
  if (mode == Mode::off)
    return oauth(403, "access_denied", "Applications do not register themselves here: an administrator sets them up",
                 "registration_off");
  if (mode == Mode::open) return ok();
  const auto claims = read_own_token(a, TokenUse::management, request.issuer, bearer_of(request));
  if (!claims || !is_machine_token(*claims)) return bad_token();
  const bool may = text::has_word((*claims)["scope"].text(), "register:clients") ||
                   text::has_word((*claims)["scope"].text(), "create:clients");
  return may ? ok() : Status(bad_token());
}

// RFC 7591 section 3.2.1
Value information(const Request& request, const Value& client, std::int64_t registered_at, std::string_view token) {
  const std::string& id = client["client_id"].text();
  const std::string& method = client["token_endpoint_auth_method"].text();
  Value out = Value::object({{"client_id", id}, {"client_id_issued_at", registered_at}});
  if (method != "none") {
    out.set("client_secret", client["client_secret"]);
    out.set("client_secret_expires_at", 0);
  }
  out.set("registration_access_token", token);
  out.set("registration_client_uri", request.issuer + std::string(root.substr(1)) + "/" + url::percent_encode(id));
  out.set("client_name", client["name"]);
  out.set("redirect_uris", client["callbacks"]);
  out.set("grant_types", client["grant_types"]);
  out.set("response_types", Value::array({"code"}));
  out.set("token_endpoint_auth_method", method);
  out.set("application_type", client["app_type"].is("native") ? "native" : "web");
  return out;
}

Async<Value> make(Authority& a, const Request& request) {
  if (auto may = may_register(a, request); !may) co_return std::move(may).error();
  auto asked = read_json_object(request);
  if (!asked) co_return oauth(400, "invalid_client_metadata", asked.error().description, "metadata_malformed");
  auto metadata = protocol::judge_metadata(*asked, protocol::MetadataSource::registration);
  if (!metadata) co_return std::move(metadata).error();
  if (auto allowed = take_registration(a, request); !allowed) co_return std::move(allowed).error();
  CO_TRY(const auto made, register_client(a, *std::move(metadata)));
  record(
      a, request,
      {.type = "sapi",
       .description = "An application registered itself",
       .client_id = made.client["client_id"].text(),
       .details = Value::object({{"client_name", made.client["name"]}, {"redirect_uris", made.client["callbacks"]}})});
  co_return information(request, made.client, made.registered_at, made.access_token);
}

// RFC 7592 section 2
Async<Response> manage(Authority& a, const Request& request, std::string id, std::string token) {
  CO_TRY(const auto since, find_registration(a, id, token));
  if (!since) co_return bad_token();
  if (request.method == "DELETE") {
    CO_TRY_VOID(end_registration(a, id));
    record(a, request, {.type = "sapi", .description = "An application ended its registration", .client_id = id});
    co_return Response{204, {{"Cache-Control", "no-store"}}, {}};
  }
  if (request.method == "PUT") {
    auto asked = read_json_object(request);
    if (!asked) co_return oauth(400, "invalid_client_metadata", asked.error().description, "metadata_malformed");
    if ((*asked)["client_id"] != Value(id))
      co_return oauth(400, "invalid_client_metadata", "client_id must be that of the registration",
                      "metadata_malformed");
    auto metadata = protocol::judge_metadata(*asked, protocol::MetadataSource::registration);
    if (!metadata) co_return std::move(metadata).error();
    CO_TRY(const auto changed, change_registration(a, id, *std::move(metadata)));
    co_return json_response(200, information(request, changed, *since, token)).with("Cache-Control", "no-store");
  }
  CO_TRY(const auto client, registered_client(a, id));
  co_return json_response(200, information(request, client, *since, token)).with("Cache-Control", "no-store");
}

Response refusal(const Authority& a, const Error& e) {
  Response response = oauth_problem(a, e);
  if (e.status == 401) response.with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

}  // namespace

Answering register_application(Authority& a, Request request) {
  CO_AWAIT(const auto made, make(a, request));
  if (made) co_return json_response(201, *made).with("Cache-Control", "no-store");
  record(a, request, {.type = "fapi", .description = made.error().description, .reason = made.error().reason});
  co_return refusal(a, made.error());
}

Answering manage_registration(Authority& a, Request request) {
  const auto id = url::percent_decode(std::string_view(request.path).substr(root.size() + 1));
  const std::string token(bearer_of(request));
  if (!id || id->empty() || token.empty()) co_return refusal(a, bad_token());
  CO_AWAIT(auto answer, manage(a, request, *id, token));
  co_return answer ? *std::move(answer) : refusal(a, answer.error());
}

}  // namespace ostia::authority
