// `/co/authenticate` (AZ-301 to AZ-311): an application's own form sends the password, and gets a ticket for one
// `/authorize`.
#include <set>

#include "accounts/authenticate.hpp"
#include "accounts/passwordless.hpp"
#include "accounts/users.hpp"
#include "embedded/endpoints.hpp"
#include "flow/login_ticket.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/oauth/redirect_uri.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// A kind of credential: its name, the grant that the client must have, and the fields that must come with it.
struct CredentialType {
  std::string_view name, grant;
  std::vector<std::string_view> fields;
};

const CredentialType* find_type(std::string_view name) {
  static const CredentialType types[] = {
      {"http://auth0.com/oauth/grant-type/password-realm",
       "http://auth0.com/oauth/grant-type/password-realm",
       {"client_id", "credential_type", "username", "password", "realm"}},
      {"password", "password", {"client_id", "credential_type", "username", "password"}},
      {"http://auth0.com/oauth/grant-type/passwordless/otp",
       "http://auth0.com/oauth/grant-type/passwordless/otp",
       {"client_id", "credential_type", "username", "otp", "realm"}}};
  const auto* it = std::find_if(std::begin(types), std::end(types), [&](const auto& t) { return t.name == name; });
  return it == std::end(types) ? nullptr : it;
}

Error all_and_only(const std::vector<std::string_view>& fields) {
  std::string list;
  for (const auto field : fields) list.append(list.empty() ? "" : ", ").append(field);
  return oauth(400, "invalid_request", "Invalid request body. All and only of " + list + " are required.",
               "body_fields");
}

// All of the fields, as texts, and no other. A `captcha` may come along: the hosted page's library sends it.
// AZ-302 · Auth0: co/authenticate
bool has_exactly(const Value& body, const std::vector<std::string_view>& fields) {
  for (const auto& [key, item] : body.members()) {
    if (!item.is_string()) return false;
    if (key != "captcha" && std::find(fields.begin(), fields.end(), key) == fields.end()) return false;
  }
  return std::all_of(fields.begin(), fields.end(), [&](auto field) { return !body[field].text().empty(); });
}

// The vendor's library looks for `code` here, and for `error` elsewhere.
Response verification_problem(const Authority& a, const Error& e) {
  Response response = oauth_problem(a, e);
  auto body = json::parse(response.body);
  if (!body) return response;
  body->set("code", e.code);
  body->set("description", e.description);
  return json_response(e.status, *body).with("Cache-Control", "no-store");
}

struct Checked {
  Found<Client> client;
  const CredentialType* type;
};

Result<Checked> check(const Tenant& tenant, const Value& body) {
  static const std::vector<std::string_view> of_the_page = {"client_id", "credential_type", "username", "otp", "realm"};
  if (!body["client_id"].is_string() || !body["credential_type"].is_string()) return all_and_only(of_the_page);
  const auto client = tenant.find_client(body["client_id"].text());
  if (!client) return oauth(401, "unauthorized_client", "Cross origin login not allowed.", "client_unknown");
  // AZ-303 · Auth0: cross_origin_authentication
  if (!client->cross_origin_authentication)
    return oauth(401, "unauthorized_client", "Cross origin login not allowed.", "cross_origin_not_allowed");
  const CredentialType* type = find_type(body["credential_type"].text());
  // AZ-304 · Auth0: credential_type
  if (!type)
    return oauth(400, "unsupported_credential_type", "Unknown credential type parameter.", "credential_type_unknown");
  if (!has_exactly(body, type->fields)) return all_and_only(type->fields);
  // AZ-303 · Auth0: grant_types
  if (!client->has_grant(type->grant))
    return oauth(401, "unauthorized_client", "Cross origin login not allowed.", "grant_not_allowed");
  return Checked{client, type};
}

Async<User> log_in(Authority& a, const Request& request, const Tenant& tenant, Checked checked, Value body) {
  const std::string realm = body.find("realm") ? body["realm"].text() : tenant.default_directory;
  const auto connection = tenant.find_connection(realm, *checked.client);
  const bool by_code = !body["otp"].is_null();
  // AZ-305 · Auth0: realm
  if (!connection || (by_code ? !connection->is_passwordless() : !connection->is_database()))
    co_return oauth(400, "invalid_request", "Unknown realm " + realm + ".", "realm_unknown");
  if (by_code)
    CO_RETURN(
        authenticate_passwordless(a, request, *checked.client, realm, body["username"].text(), body["otp"].text()));
  const std::string& answer = body["captcha"].text();
  CO_AWAIT(const auto judged, check_captcha(a, request, Stage::login, answer));
  // AZ-318 · Auth0: requires_verification
  if (!judged) co_return as_program_error(judged.error(), answer, 401);
  const Human human = *judged;
  CO_RETURN(authenticate_password(
      a, request, {human, {realm}, body["username"].text(), body["password"].text(), checked.client->id}));
}

}  // namespace

Answering co_authenticate(Authority& a, Request request) {
  const auto body = read_json_object(request);
  const std::string origin(request.header("origin"));
  const auto tenant = a.tenant();
  const auto refused = [&](const Error& e) {
    record(a, request,
           {.type = "fcoa",
            .description = e.description,
            .client_id = body ? (*body)["client_id"].text() : "",
            .user_name = body ? (*body)["username"].text() : "",
            .reason = e.reason});
    return e.code == "requires_verification" ? verification_problem(a, e) : oauth_problem(a, e);
  };
  if (!body) co_return refused(body.error());
  const auto sender = tenant->find_client((*body)["client_id"].text());
  // AZ-311 · Auth0: web_origins
  if (sender && !origin.empty() && !oauth::is_allowed_origin(origin, sender->web_origins, {})) {
    record(
        a, request,
        {.type = "fcoa", .description = "Origin not allowed", .client_id = sender->id, .reason = "origin_not_allowed"});
    std::string text = "Origin " + origin + " is not allowed.";
    if (a.dev) text += " Add it to Allowed Web Origins (web_origins) of \"" + sender->name + "\".";
    co_return text_response(403, text).with("Cache-Control", "no-store");
  }
  const auto checked = check(*tenant, *body);
  if (!checked) co_return refused(checked.error());
  CO_AWAIT(const auto user, log_in(a, request, *tenant, *checked, *body));
  if (!user) co_return refused(user.error());
  // AZ-301 · Auth0: co/authenticate
  co_return issue_login_ticket(a, request, *user, *checked->client, checked->type->grant);
}

}  // namespace ostia::authority
