#include "endpoints/passkey.hpp"

#include "accounts/registration.hpp"
#include "base/address.hpp"
#include "endpoints/endpoints.hpp"
#include "grants/client_authentication.hpp"
#include "http/body.hpp"
#include "limits/captcha.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "mfa/device_key.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view purpose = "passkey_session";
constexpr std::int64_t lifetime = 300;  // seconds, as long as the device is told that it has

Error bad(std::string description, std::string reason) {
  return oauth(400, "invalid_request", std::move(description), std::move(reason));
}

Error refused(std::string reason) {
  return oauth(403, "invalid_grant", "The passkey was not taken", std::move(reason));
}

// What `client_id` and its secret stand in: members of the body, as at the token endpoint.
Parameters credentials_of(const Value& body) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const char* name : {"client_id", "client_secret", "client_assertion", "client_assertion_type"})
    if (body[name].is_string()) pairs.emplace_back(name, body[name].text());
  return Parameters(std::move(pairs));
}

struct Question {
  std::shared_ptr<const Tenant> tenant;
  Found<Client> client;
  Found<Connection> connection;
  Value body;

  // What comes back with the answer.
  [[nodiscard]] Value session() const {
    return Value::object({{"client_id", client->id},
                          {"connection", connection ? connection->name : ""},
                          {"organization", body["organization"].text()},
                          {"nonce", random_id()}});
  }
};

Status check_client(const Client& client) {
  if (!client.has_grant(webauthn_grant_type))
    return oauth(403, "unauthorized_client",
                 "Grant type '" + std::string(webauthn_grant_type) + "' not allowed for the client.",
                 "grant_not_allowed");
  if (client.is_first_party) return ok();
  return oauth(403, "unauthorized_client", "Passkeys are for the tenant's own applications", "grant_not_allowed");
}

// The connection that is named; for a login, none: any that takes passkeys. A sign-up without a name is for the
// tenant's default one.
Result<Found<Connection>> find_connection(const Tenant& tenant, const Client& client, const Value& body, bool is_new) {
  const std::string named = body["realm"].text().empty() && is_new ? tenant.default_directory : body["realm"].text();
  if (named.empty() && !is_new) return Found<Connection>();
  Found<Connection> found = tenant.find_connection(named, client);
  if (!found || !found->is_database())
    return bad("realm is no database that is enabled for the application", "realm_unknown");
  if (!found->takes_passkeys)
    return bad("The connection takes no passkeys (authentication_methods.passkey)", "passkeys_off");
  return found;
}

Async<Question> read_question(Authority& a, const Request& request, bool is_new) {
  Question q{.tenant = a.tenant(), .client = {}, .connection = {}, .body = {}};
  auto body = read_json_object(request);
  if (!body) co_return std::move(body).error();
  q.body = *std::move(body);
  for (const char* name : {"realm", "organization"})
    if (!q.body[name].is_null() && !q.body[name].is_string())
      co_return bad(std::string(name) + " must be a string", "field_type");
  CO_TRY(q.client, authenticate_client(a, *q.tenant, request, credentials_of(q.body)));
  if (auto allowed = take_call(a, request, q.client->id); !allowed) co_return std::move(allowed).error();
  if (auto good = check_client(*q.client); !good) co_return std::move(good).error();
  auto connection = find_connection(*q.tenant, *q.client, q.body, is_new);
  if (!connection) co_return std::move(connection).error();
  q.connection = *connection;
  co_return q;
}

Response answer(const std::string& session, Value options) {
  return json_response(200, Value::object({{"auth_session", session}, {"authn_params_public_key", std::move(options)}}))
      .with("Cache-Control", "no-store");
}

bool takes_passkeys(const Tenant& tenant, const Client& client, std::string_view connection) {
  const auto found = tenant.find_connection(connection, client);
  return found && found->takes_passkeys;
}

// ---- Sign-up

struct SignUp {
  std::string email, username;
  Value profile;
};

Result<SignUp> read_sign_up(const Question& q) {
  if (!q.connection->takes_signups_for(*q.client))
    return oauth(403, "access_denied", "public signup is disabled", "signup_disabled");
  Value said = q.body["user_profile"];
  if (!said.is_object()) return bad("user_profile must be an object", "field_missing");
  for (const char* name : {"email", "username"})
    if (!said[name].is_null() && !said[name].is_string())
      return bad("user_profile." + std::string(name) + " must be a string", "field_type");
  if (!is_email(said["email"].text())) return bad("user_profile.email must be an e-mail address", "email_malformed");
  if (!q.body["user_metadata"].is_null()) said.set("user_metadata", q.body["user_metadata"]);
  auto profile = read_profile(said);
  if (!profile) return std::move(profile).error();
  return SignUp{said["email"].text(), said["username"].text(), *std::move(profile)};
}

Async<User> sign_up(Authority& a, const Request& request, const Client& client, const Parameters& p, Value session) {
  const std::string answered(p.get("captcha")), ticket(p.get("auth_session"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::signup, answered));
  if (!human) co_return as_program_error(human.error(), answered, 403);
  const Value& wanted = session["sign_up"];
  const std::string& id = wanted["user_id"].text();
  const auto device = json::parse(p.get("authn_response"), 6);
  auto key = make_passkey(a, request, client, ticket, *device, id);
  if (!key) co_return refused(key.error().reason);
  CO_TRY(auto made, register_user(a, request,
                                  {.human = *human,
                                   .connection = session["connection"].text(),
                                   .client_id = client.id,
                                   .email = wanted["email"].text(),
                                   .username = wanted["username"].text(),
                                   .password = {},
                                   .profile = wanted["profile"],
                                   .user_id = id,
                                   .passkey = together(insert_authenticator(a, *key))}));
  co_return *std::move(made.user);
}

Async<User> sign_in(Authority& a, const Request& request, const Client& client, const Parameters& p, Value session) {
  const auto device = json::parse(p.get("authn_response"), 6);
  CO_AWAIT(auto user, find_by_passkey(a, request, client, std::string(p.get("auth_session")), *device));
  if (!user && user.error().fault == Fault::ours) co_return std::move(user).error();
  if (!user && user.error().reason == "user_blocked")
    co_return oauth(403, "unauthorized", "user is blocked", "user_blocked");
  if (!user) co_return refused(user.error().reason);
  const std::string& asked = session["connection"].text();
  if (!asked.empty() && user->connection != asked) co_return refused("passkey_unknown");
  const auto tenant = a.tenant();
  if (!takes_passkeys(*tenant, client, user->connection)) co_return refused("connection_closed");
  co_return *std::move(user);
}

}  // namespace

// AZ-649 · Auth0: native passkeys
Answering passkey_challenge(Authority& a, Request request) {
  CO_AWAIT(const auto q, read_question(a, request, false));
  if (!q) co_return oauth_problem(a, q.error());
  const std::string session = seal_ticket(a, purpose, q->session(), lifetime);
  co_return answer(session, passkey_request(request, session));
}

// AZ-649 · Auth0: native passkeys
Answering passkey_register(Authority& a, Request request) {
  CO_AWAIT(const auto q, read_question(a, request, true));
  if (!q) co_return oauth_problem(a, q.error());
  const auto wanted = read_sign_up(*q);
  if (!wanted) co_return oauth_problem(a, wanted.error());
  const NewPasskey of{
      .user_id = "auth0|" + random_id().substr(0, 24),
      .name = wanted->email,
      .display_name = wanted->profile["name"].is_string() ? wanted->profile["name"].text() : wanted->email};
  Value session = q->session();
  session.set("sign_up", Value::object({{"user_id", of.user_id},
                                        {"email", wanted->email},
                                        {"username", wanted->username},
                                        {"profile", wanted->profile}}));
  const std::string sealed = seal_ticket(a, purpose, session, lifetime);
  co_return answer(sealed, passkey_creation(a, request, sealed, of));
}

// AZ-649 · Auth0: native passkeys
Async<PasskeyLogin> login_by_passkey(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  for (const char* name : {"auth_session", "authn_response"})
    if (p.get(name).empty()) co_return missing_parameter(name);
  if (auto good = check_client(client); !good) co_return std::move(good).error();
  const auto device = json::parse(p.get("authn_response"), 6);
  if (!device || !device->is_object()) co_return bad("authn_response must be a JSON object", "parameter_malformed");
  const auto session = open_ticket(a, purpose, p.get("auth_session"));
  if (!session || (*session)["client_id"] != Value(client.id)) co_return refused("auth_session_invalid");
  const auto tenant = a.tenant();
  const std::string& asked = (*session)["connection"].text();
  if (!asked.empty() && !takes_passkeys(*tenant, client, asked)) co_return refused("connection_closed");
  CO_TRY(const auto first, use_once(a, std::string(p.get("auth_session")), (*session)["until"].as_int().value_or(0)));
  if (!first) co_return refused("auth_session_invalid");
  const bool is_new = (*session)["sign_up"].is_object();
  CO_AWAIT(auto user, is_new ? sign_up(a, request, client, p, *session) : sign_in(a, request, client, p, *session));
  if (!user) co_return std::move(user).error();
  co_return PasskeyLogin{*std::move(user), (*session)["organization"].text()};
}

}  // namespace ostia::authority
