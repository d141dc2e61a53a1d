// `/usernamepassword/login` and `/login/callback`: the form of a hosted page, as auth0-js's `_universalLogin` and Lock
// send it, and the reads that go with it.
#include "accounts/authenticate.hpp"
#include "accounts/users.hpp"
#include "embedded/endpoints.hpp"
#include "flow/authorization_response.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 120;  // seconds between the form's two steps

// What `/authorize` needs of the form's members.
Value context_of(const Value& body) {
  Value out = Value::object();
  for (const char* name : {"client_id", "redirect_uri", "response_type", "response_mode", "scope", "audience", "state",
                           "nonce", "code_challenge", "code_challenge_method", "dpop_jkt"})
    if (body[name].is_string()) out.set(name, body[name]);
  return out;
}

Error as_form_error(Error e) {
  if (e.reason == "wrong_password") e.code = "invalid_user_password";
  if (e.reason == "wrong_password") e.status = 401;
  return e;
}

bool is_own_origin(const Request& request) {
  const std::string_view origin = request.header("origin");
  return origin.empty() || origin == std::string_view(request.issuer).substr(0, request.issuer.size() - 1);
}

// AZ-316 · Auth0: usernamepassword/login
Answering hosted_callback(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const std::string wresult(form.get("wresult"));
  const auto v = open_ticket(a, "hosted_login", wresult);
  const auto context = json::parse(form.get("wctx"), 4);
  const std::string device = read_cookie(request, CookieKind::device);
  if (!v || !context || !context->is_object() || (*v)["device"].text() != a.secrets.mark(device) ||
      (*v)["client_id"] != (*context)["client_id"])
    CO_RETURN(begin_anew(a, request));
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, item] : context->members()) pairs.emplace_back(key, item.text());
  const auto tenant = a.tenant();
  auto judged =
      judge_authorization_request(*tenant, Parameters(std::move(pairs)), request.issuer, false, a.clock.now());
  if (const auto* page = std::get_if<pages::ErrorPage>(&judged))
    co_return pages::error(look_for(*tenant, request, {}), *page);
  if (const auto* error = std::get_if<ClientError>(&judged))
    co_return deliver_error(a, request, error->request, error->error, error->description);
  CO_AWAIT(const auto first, use_once(a, wresult, (*v)["until"].as_int().value_or(0)));
  CO_AWAIT(const auto user, find_user(a.store, (*v)["user_id"].text()));
  const bool is_over = !first || !*first || !user || !*user || (*user)->blocked;
  if (is_over || (*user)->epoch != (*v)["epoch"].as_int().value_or(0)) CO_RETURN(begin_anew(a, request));
  CO_RETURN(finish_login(a, request, std::get<AuthorizationRequest>(judged), **user));
}

}  // namespace

Answering hosted_login(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  const auto tenant = a.tenant();
  const auto client = tenant->find_client((*body)["client_id"].text());
  if (!is_own_origin(request))
    co_return text_response(403, "Origin " + std::string(request.header("origin")) + " is not allowed.");
  if (!client) co_return database_problem(a, oauth(400, "invalid_request", "client_id is not known", "client_unknown"));
  const auto connection = tenant->find_connection((*body)["connection"].text(), *client);
  if (!connection || !connection->is_database())
    co_return database_problem(
        a, oauth(400, "invalid_connection", "connection is not enabled for the application", "connection_unknown"));
  for (const char* field : {"username", "password"})
    if (!(*body)[field].is_string())
      co_return database_problem(a,
                                 oauth(400, "invalid_request", std::string(field) + " is required", "field_missing"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::login, (*body)["captcha"].text()));
  if (!human) co_return database_problem(a, human.error());
  CO_AWAIT(const auto user,
           authenticate_password(
               a, request,
               {*human, {connection->name}, (*body)["username"].text(), (*body)["password"].text(), client->id}));
  if (!user)
    co_return database_problem(a, as_form_error(user.error()),
                               user.error().reason == "wrong_password" ? "ValidationError" : "BadRequestError");
  // Bound to the browser, so that nobody can sign another person in with a form of their own.
  std::string device = read_cookie(request, CookieKind::device);
  const bool is_new = device.size() != 43;
  if (is_new) device = random_id();
  const std::string wresult = seal_ticket(a, "hosted_login",
                                          Value::object({{"user_id", user->id},
                                                         {"client_id", client->id},
                                                         {"epoch", user->epoch},
                                                         {"device", a.secrets.mark(device)}}),
                                          lifetime);
  Response response =
      pages::hosted_form(request.issuer + "login/callback",
                         {{"wa", "wsignin1.0"}, {"wresult", wresult}, {"wctx", json::write(context_of(*body))}});
  if (is_new) set_cookie(response, request, CookieKind::device, device, 365 * 24 * 3600);
  co_return response;
}

// A hosted page's form comes here, and the form of an upstream that answers by one.
Answering login_callback(Authority& a, Request request) {
  Parameters form = read_form(request);
  if (form.has("wresult")) CO_RETURN(hosted_callback(a, std::move(request)));
  // In plain HTTP a browser keeps a form of another site from our cookies (`SameSite=None` needs `Secure`): from a page
  // of ours it sends the same once more, with them.
  constexpr const char* again = "ostia_again";
  if (!request.is_secure() && read_cookie(request, CookieKind::device).empty() && form.get(again).empty()) {
    auto fields = form.pairs();
    fields.emplace_back(again, "1");
    co_return pages::form_post(request.issuer + "login/callback", fields);
  }
  CO_RETURN(upstream::arrive(a, request, std::move(form)));
}

// Whose page asks: one of ours, or of a first-party application that lists its origin and has the door by which the
// person came in. The others ask for consent first.
bool may_be_told(const Tenant& tenant, const Request& request, const User& user) {
  if (is_own_origin(request)) return true;
  const Parameters query(url::parse_form(request.query));
  const std::string_view named = query.get("client_id");
  return std::any_of(tenant.clients.begin(), tenant.clients.end(), [&](const auto& entry) {
    const Client& c = entry.second;
    return (named.empty() || named == c.id) && c.is_first_party && c.allows_origin(request.header("origin")) &&
           tenant.find_connection(user.login_connection(), c);
  });
}

// Whether somebody is signed in at this browser, and by what; for first-party applications.
// AZ-703 · Auth0: user/ssodata
Answering ssodata(Authority& a, Request request) {
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who) co_return oauth_problem(a, who.error());
  const auto tenant = a.tenant();
  if (!*who || !may_be_told(*tenant, request, (*who)->user))
    co_return json_response(200, Value::object({{"sso", false}})).with("Cache-Control", "no-store");
  const User& user = (*who)->user;
  const auto connection = tenant->find_connection(user.connection);
  co_return json_response(
      200, Value::object(
               {{"sso", true},
                {"current_user_ip", request.peer},
                {"lastUsedConnection",
                 Value::object({{"name", user.connection}, {"strategy", connection ? connection->strategy : "auth0"}})},
                {"lastUsedUserID", user.id},
                {"lastUsedUsername", user.login_name()}}))
      .with("Cache-Control", "no-store");
}

// The vendor asks a database of addresses; here a proxy in front may say it.
// AZ-704 · Auth0: user/geoloc/country
Answering country(Authority&, Request request) {
  const std::string code = country_of(request);
  Value body = Value::object({{"ipAddress", request.peer}});
  body.set("country_code", code.empty() ? Value() : Value(code));
  co_return json_response(200, body).with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
