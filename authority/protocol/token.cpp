// `/oauth/token` (RFC 6749 section 3.2, checklist section 6): who asks, by which grant, and the tokens for it.
#include "log.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"
#include "protocol/code.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error oauth(int status, std::string code, std::string description) {
  return {std::move(code), std::move(description), {}, status};
}

Error missing(const char* parameter) {
  return oauth(400, "invalid_request", std::string("Missing required parameter: ") + parameter);
}

// The body as parameters, from a form or from JSON.
Result<Parameters> read_body(const Request& request) {
  const std::string type =
      text::lower(request.header("content-type").substr(0, request.header("content-type").find(';')));
  if (type == "application/x-www-form-urlencoded") {
    Parameters form(url::parse_form(request.body));
    if (const auto twice = form.repeated(); !twice.empty())
      return oauth(400, "invalid_request", "Repeated parameter: " + std::string(twice));
    return form;
  }
  if (type != "application/json")
    return oauth(400, "invalid_request", "Content-Type must be application/x-www-form-urlencoded or application/json");
  const auto body = json::parse(request.body, 8);
  if (!body || !body->is_object())
    return oauth(400, "invalid_request",
                 body ? "The body must be a JSON object" : "The body is " + body.error().description);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < body->size(); ++i) {
    const Value& value = body->items()[i];
    if (value.is_null()) continue;
    if (!value.is_string() && !value.is_number())
      return oauth(400, "invalid_request", "Parameter " + body->keys()[i] + " must be a string");
    pairs.emplace_back(body->keys()[i], value.text());
  }
  return Parameters(std::move(pairs));
}

struct Credentials {
  std::string id, secret;
};

// RFC 6749 section 2.3.1; both ways at once are one too many.
Result<Credentials> read_credentials(const Request& request, const Parameters& p) {
  const std::string_view header = request.header("authorization");
  if (text::lower(header.substr(0, 6)) != "basic ")
    return Credentials{std::string(p.get("client_id")), std::string(p.get("client_secret"))};
  if (p.has("client_secret"))
    return oauth(400, "invalid_request", "Client credentials came both in the header and in the body");
  const auto pair = text::base64_decode(header.substr(6));
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return oauth(401, "invalid_client", "The Authorization header is not well-formed Basic authentication");
  return Credentials{url::form_decode(pair->substr(0, colon)), url::form_decode(pair->substr(colon + 1))};
}

Result<const Client*> authenticate_client(const Tenant& tenant, const Request& request, const Parameters& p) {
  auto credentials = read_credentials(request, p);
  if (!credentials) return std::move(credentials).error();
  if (credentials->id.empty()) return missing("client_id");
  if (p.has("client_id") && p.get("client_id") != credentials->id)
    return oauth(400, "invalid_request", "client_id differs from the Authorization header's");
  const Client* client = tenant.find_client(credentials->id);
  if (!client) return oauth(401, "invalid_client", "Unknown client");
  if (client->is_public()) return client;
  if (client->secret.empty() || !equal_in_constant_time(sha256(client->secret), sha256(credentials->secret)))
    return oauth(401, "access_denied", "Unauthorized");
  return client;
}

Async<Value> code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  for (const char* required : {"code", "redirect_uri"})
    if (p.get(required).empty()) co_return missing(required);
  auto grant_task = redeem_code(a, std::string(p.get("code")), client.id, std::string(p.get("redirect_uri")),
                                std::string(p.get("code_verifier")));
  auto grant = co_await std::move(grant_task);
  if (!grant) co_return std::move(grant).error();
  if (grant->issuer != request.issuer) co_return oauth(403, "invalid_grant", "Invalid authorization code");
  auto user_task = find_user(a.store, grant->user_id);
  const auto user = co_await std::move(user_task);
  if (!user) co_return user.error();
  if (!user->has_value() || (*user)->blocked) co_return oauth(403, "invalid_grant", "Invalid authorization code");
  const AccessToken token = issue_access_token(a, *grant, false);
  Value out = Value::object({{"access_token", token.value}});
  if (text::has_word(grant->scope, "openid"))
    out.set("id_token", issue_id_token(a, *grant, **user, client, token.value, {}));
  if (!grant->scope.empty()) out.set("scope", grant->scope);
  out.set("expires_in", token.expires_in);
  out.set("token_type", "Bearer");
  co_return out;
}

// The scopes that were asked for and granted; all that were granted when none was asked for.
std::string machine_scope(const std::vector<std::string>& granted, std::string_view asked) {
  std::string out;
  for (const auto& scope : granted)
    if (asked.empty() || text::has_word(asked, scope)) out.append(out.empty() ? "" : " ").append(scope);
  return out;
}

Async<Value> client_credentials_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  const auto tenant = a.tenant();
  if (client.is_public()) co_return oauth(401, "access_denied", "Unauthorized");
  std::string audience(p.get("audience"));
  if (audience.empty()) audience = tenant->default_audience;
  if (audience.empty())
    co_return oauth(403, "access_denied",
                    "No audience parameter was provided, and no default audience has been configured");
  const bool management = is_management_api(a, request.issuer, audience);
  if (!management && !tenant->find_api(audience))
    co_return oauth(403, "access_denied", "Service not enabled within domain: " + audience);
  const auto* granted = tenant->find_grant(client.id, management ? a.issuer + "api/v2/" : audience);
  if (!granted)
    co_return oauth(403, "access_denied",
                    "Client is not authorized to access \"" + audience +
                        "\". You need to create a \"client-grant\" associated to this API.");
  const std::string scope = machine_scope(*granted, p.get("scope"));
  const AccessToken token = issue_machine_token(a, request.issuer, client, audience, scope);
  Value out = Value::object({{"access_token", token.value}});
  if (!scope.empty()) out.set("scope", scope);
  out.set("expires_in", token.expires_in);
  out.set("token_type", "Bearer");
  co_return out;
}

using GrantHandler = Async<Value> (*)(Authority&, const Request&, const Client&, const Parameters&);
struct GrantType {
  std::string_view name;
  GrantHandler handler;
};
constexpr GrantType grant_types[] = {{"authorization_code", code_grant},
                                     {"client_credentials", client_credentials_grant}};

Async<Value> exchange(Authority& a, const Request& request, const Parameters& p) {
  const std::string_view type = p.get("grant_type");
  if (type.empty()) co_return missing("grant_type");
  const auto tenant = a.tenant();
  const auto client = authenticate_client(*tenant, request, p);
  if (!client) co_return client.error();
  for (const auto& known : grant_types) {
    if (known.name != type) continue;
    if (!(*client)->has_grant(type))
      co_return oauth(403, "unauthorized_client", "Grant type '" + std::string(type) + "' not allowed for the client.");
    auto handling = known.handler(a, request, **client, p);
    co_return co_await std::move(handling);
  }
  co_return oauth(403, "unsupported_grant_type", "Unsupported grant type: " + std::string(type));
}

}  // namespace

Answering token(Authority& a, Request request) {
  const auto parameters = read_body(request);
  if (!parameters)
    co_return oauth_error(parameters.error().status, parameters.error().code, parameters.error().description);
  auto tokens_task = exchange(a, request, *parameters);
  const auto tokens = co_await std::move(tokens_task);
  if (tokens) co_return json_response(200, *tokens).with("Cache-Control", "no-store").with("Pragma", "no-cache");
  const Error& e = tokens.error();
  log_event("info", "token_refused", {{"error", e.code}, {"reason", e.reason}, {"peer", request.peer}});
  if (e.fault == Fault::ours)
    co_return oauth_error(500, "server_error", "The server could not answer; its log says why.");
  Response response = oauth_error(e.status, e.code, e.description);
  if (e.status == 401 && !request.header("authorization").empty())
    response.with("WWW-Authenticate", "Basic realm=\"ostia\"");
  co_return response;
}

}  // namespace ostia::authority
