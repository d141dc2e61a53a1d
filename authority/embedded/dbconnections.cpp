// `/dbconnections/*` (AZ-401 to AZ-410): sign-up and forgotten passwords for an application's own forms.
#include "accounts/registration.hpp"
#include "accounts/users.hpp"
#include "base/address.hpp"
#include "embedded/endpoints.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error bad(std::string text, std::string reason) {
  return {"invalid_request", std::move(text), std::move(reason), 400, Fault::caller};
}

struct Target {
  Found<Client> client;
  Found<Connection> connection;
};

// What both endpoints need. Errors are of the form `{"error": text}`.
// AZ-402 · Auth0: dbconnections/signup
Result<Target> find_target(const Tenant& tenant, const Value& body, std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    if (body[field].is_null() || (body[field].is_string() && body[field].text().empty()))
      return bad(std::string(field) + " is required", "field_missing");
    if (!body[field].is_string()) return bad(std::string(field) + " must be a string", "field_type");
  }
  const auto client = tenant.find_client(body["client_id"].text());
  if (!client) return bad("client_id is not known", "client_unknown");
  const auto connection = tenant.find_connection(body["connection"].text(), *client);
  if (!connection || !connection->is_database())
    return bad("connection is not enabled for the application", "connection_unknown");
  return Target{client, connection};
}

// AZ-407 · Auth0: password policy
Response refuse_policy(const PolicyViolation& v) {
  Value body = Value::object(
      {{"name", v.name}, {"message", v.message}, {"code", "invalid_password"}, {"description", v.description}});
  if (!v.policy.empty()) body.set("policy", v.policy);
  body.set("statusCode", 400);
  return json_response(400, body).with("Cache-Control", "no-store");
}

Response registered_body(const User& user) {
  Value out =
      Value::object({{"_id", user.id.substr(user.id.find('|') + 1)}, {"email_verified", false}, {"email", user.email}});
  if (!user.username.empty()) out.set("username", user.username);
  for (const auto& [name, value] : user.profile.members())
    if (name != "email_verified") out.set(name, value);
  return json_response(200, out).with("Cache-Control", "no-store");
}

}  // namespace

Answering signup(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return plain_problem(a, body.error());
  const auto tenant = a.tenant();
  const auto failed = [&](const Error& e) {
    record(a, request,
           {.type = "fs",
            .description = e.description,
            .client_id = (*body)["client_id"].text(),
            .user_name = (*body)["email"].text(),
            .connection = (*body)["connection"].text(),
            .reason = e.reason});
    return plain_problem(a, e);
  };
  const auto target = find_target(*tenant, *body, {"client_id", "connection", "email", "password"});
  if (!target) co_return failed(target.error());
  // AZ-404 · Auth0: disable_signup
  if (!target->connection->takes_signups_for(*target->client))
    co_return failed(bad("public signup is disabled", "signup_disabled"));
  // AZ-405 · Auth0: requires_username
  if (target->connection->requires_username && !(*body)["username"].is_string())
    co_return failed(bad("username is required", "field_missing"));
  auto profile = read_profile(*body);
  if (!profile) co_return failed(profile.error());
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::signup, (*body)["captcha"].text()));
  if (!human) co_return database_problem(a, human.error());
  CO_AWAIT(const auto registered,
           register_user(a, request,
                         {*human, target->connection->name, target->client->id, (*body)["email"].text(),
                          (*body)["username"].text(), (*body)["password"].text(), *profile}));
  if (!registered) co_return database_problem(a, registered.error());
  if (registered->violation) co_return refuse_policy(*registered->violation);
  co_return registered_body(*registered->user);
}

Answering change_password_request(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return plain_problem(a, body.error());
  const auto tenant = a.tenant();
  const char* name = (*body)["username"].is_string() && (*body)["email"].is_null() ? "username" : "email";
  const auto target = find_target(*tenant, *body, {"client_id", "connection", name});
  if (!target) co_return plain_problem(a, target.error());
  if (name == std::string_view("email") && !is_email((*body)["email"].text()))
    co_return plain_problem(a, bad("email is not valid", "email_malformed"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::reset, (*body)["captcha"].text()));
  if (!human) co_return database_problem(a, human.error());
  // AZ-410 · Auth0: dbconnections/change_password
  CO_AWAIT(const auto requested, request_password_reset(a, request, *human, target->connection->name,
                                                        (*body)[name].text(), target->client->id));
  if (!requested) co_return oauth_problem(a, requested.error());
  co_return Response{200,
                     {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}},
                     "We've just sent you an email to reset your password."};
}

}  // namespace ostia::authority
