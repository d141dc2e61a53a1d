// Who calls the Management API, for what, and whether they may (AZ-1201, AZ-1202). A machine's token has scopes for
// everybody's data; a person's own token is good for the account that it was given to and for nothing else.
#include <algorithm>

#include "accounts/users.hpp"
#include "grants/grant.hpp"
#include "grants/proof.hpp"
#include "http/body.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "management/audit.hpp"
#include "management/call.hpp"
#include "management/endpoints.hpp"
#include "management/step_up.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"
#include "tenant/administrators.hpp"
#include "tenant/reading.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::string_view root = "/api/v2/";

const char* name_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

Response problem(const Error& e) {
  const bool is_defect = e.fault == Fault::ours && e.status == 0;
  const int status = is_defect ? 500 : e.status;
  Value body =
      Value::object({{"statusCode", status},
                     {"error", name_of(status)},
                     {"message", is_defect ? "The server could not answer; its log says why." : e.description}});
  if (!is_defect && !e.code.empty()) body.set("errorCode", e.code);
  if (status == 401) body.set("attributes", Value::object({{"error", e.description}}));
  return json_response(status, body).with("Cache-Control", "no-store");
}

// The slots' values if `path` fits the template.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> slots;
  while (true) {
    const auto pattern_part = pattern.substr(0, pattern.find('/')), path_part = path.substr(0, path.find('/'));
    if (pattern_part.starts_with('{')) {
      auto value = url::percent_decode(path_part);
      if (!value || value->empty() || !text::is_utf8(*value)) return {};
      slots.push_back(*std::move(value));
    } else if (pattern_part != path_part) {
      return {};
    }
    const bool pattern_ends = pattern_part.size() == pattern.size(), path_ends = path_part.size() == path.size();
    if (pattern_ends != path_ends) return {};
    if (pattern_ends) return slots;
    pattern.remove_prefix(pattern_part.size() + 1);
    path.remove_prefix(path_part.size() + 1);
  }
}

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> slots;
};

// A path that is written out comes before one with slots.
Match find(std::string_view method, std::string_view path) {
  Match found;
  for (const auto& route : routes()) {
    if (route.method != method) continue;
    auto slots = match(route.path, path);
    if (slots && (!found.route || slots->size() < found.slots.size())) found = {&route, *std::move(slots)};
  }
  return found;
}

Error unauthorized(std::string message) { return {"", std::move(message), {}, 401, Fault::caller}; }

// The claims of a token that may call this API.
// AZ-1201 · RFC 6750 section 3.1
Async<Value> authorize_call(Authority& a, const Request& request) {
  if (request.header("authorization").empty()) co_return unauthorized("Missing authentication");
  const PresentedToken presented = presented_token(request);
  if (presented.token.empty()) co_return unauthorized("Bad HTTP authentication header format");
  auto claims = read_own_token(a, TokenUse::management, request.issuer, presented.token);
  if (!claims && is_own_access_token(a, request.issuer, presented.token))
    co_return unauthorized("Bad audience: the token is for another API");
  if (!claims) co_return unauthorized("Invalid token");
  CO_TRY_VOID(check_possession(a, request, presented, *claims));
  if (!a.tenant()->find_client(client_of(*claims))) co_return unauthorized("Invalid token");
  if (!(*claims)["gty"].is_null()) co_return *claims;
  CO_TRY(const auto user, find_holder(a, *claims));
  if (!user || user->blocked) co_return unauthorized("Invalid token");
  if ((*claims)["azp"] != Value(dashboard_client().id)) co_return *claims;
  CO_TRY(const auto is_one, is_administrator(a.store, user->id));
  if (!is_one) co_return unauthorized("Invalid token");
  co_return *claims;
}

Status check_scope(const Route& route, Call& call) {
  if (route.scopes.empty()) return ok();
  const bool is_machine = !call.token["gty"].is_null();
  if (call.has_scope(route.scopes)) return ok();
  call.is_own = !is_machine && !route.own_scopes.empty() && call.has_scope(route.own_scopes);
  // AZ-1202 · RFC 6750 section 3.1
  if (!call.is_own) {
    std::string wanted = route.scopes + (is_machine || route.own_scopes.empty() ? "" : " " + route.own_scopes), list;
    for (const auto word : text::split(wanted, ' ')) list.append(list.empty() ? "" : ",").append(word);
    return api_error(403, "insufficient_scope", "Insufficient scope, expected any of: " + list);
  }
  // The first slot is the account, where there is one; other endpoints look at the token themselves.
  if (route.path.starts_with("users/{") && call.path[0] != call.token["sub"].text())
    return api_error(403, "operation_not_supported", "User to be acted on does not match subject in bearer token.");
  return ok();
}

// Whether a body may be left out.
bool is_optional(const std::string& schema) {
  const Value& type = schemas()[schema]["type"];
  return std::any_of(type.items().begin(), type.items().end(), [](const Value& one) { return one.is("null"); });
}

// What is sent back as it was shown changes nothing: members that nobody may set, unless they are to be others.
void leave_out_unchanged(const Route& route, const Value& before, Value& body) {
  const Value& schema = schemas()[route.body];
  if (!before.is_object() || !body.is_object() || schema["additionalProperties"].as_bool(true)) return;
  Value kept = Value::object();
  for (const auto& [name, item] : body.members()) {
    const bool is_settable = schema["properties"].find(name);
    const bool is_as_shown = before.find(name) && before[name] == item;
    if (is_as_shown && (!is_settable || !validate(Value::object({{name.c_str(), item}}), route.body))) continue;
    kept.set(name, item);
  }
  body = std::move(kept);
}

Status read_body(const Route& route, Call& call, const Value& before) {
  if (route.body.empty() || (call.request.body.empty() && is_optional(route.body))) return ok();
  const std::string type = text::lower(call.request.header("content-type"));
  if (!type.starts_with("application/json")) return invalid_body("'Content-Type must be application/json'");
  auto body = json::parse(call.request.body, 32);
  if (!body) return invalid_body("'The body is " + body.error().description + "'");
  call.body = *std::move(body);
  if (route.method == "PATCH") leave_out_unchanged(route, before, call.body);
  return validate(call.body, route.body);
}

Status check_query(const Route& route, const Parameters& query) {
  for (const auto& [name, value] : query.pairs()) {
    if (!text::is_utf8(name) || !text::is_utf8(value)) return invalid_query("the query is not valid UTF-8.");
    if (!contains(route.query, name)) return invalid_query("'Additional properties not allowed: " + name + "'.");
  }
  return ok();
}

Handling run(Authority& a, const Route& route, Call call) {
  CO_RETURN(route.handle_for ? route.handle_for(a, std::move(call), route.subject) : route.handle(a, std::move(call)));
}

// What the log keeps of a call: who made it, as far as its token is good, and what it changed.
struct Account {
  Value token, body, before, after;
};

// The object that a call is about, as it is at this moment: what a GET of the same address shows to who may see no
// secret. Null where there is none.
Async<Value> object_of(Authority& a, Request request) {
  const std::string path = request.path.substr(root.size());
  auto found = find("GET", path);
  if (!found.route || path.find('/') == path.npos) co_return Value();
  Call call{std::move(request), a.tenant(), Slots(std::move(found.slots)), {}, {}, {}};
  call.request.method = "GET";
  call.request.query.clear();
  call.token = Value::object({{"scope", found.route->scopes}, {"gty", "client-credentials"}});
  CO_AWAIT(auto reply, run(a, *found.route, std::move(call)));
  co_return reply ? std::move(reply->body) : Value();
}

bool changes(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

Async<Reply> handle(Authority& a, const Request& request, const Route& route, Call call, Account& account) {
  CO_TRY(auto token, authorize_call(a, request));
  account.token = call.token = std::move(token);
  if (auto allowed = take_call(a, request, client_of(call.token)); !allowed) co_return std::move(allowed).error();
  if (auto allowed = check_scope(route, call); !allowed) co_return std::move(allowed).error();
  if (auto good = check_query(route, call.query); !good) co_return std::move(good).error();
  if (changes(request)) {
    CO_TRY(account.before, object_of(a, request));
  }
  if (auto good = read_body(route, call, account.before); !good) co_return std::move(good).error();
  if (auto recent = check_login_age(a, route, call); !recent) co_return std::move(recent).error();
  if (!changes(request)) CO_RETURN(run(a, route, std::move(call)));
  account.body = call.body;
  CO_AWAIT(auto reply, run(a, route, std::move(call)));
  if (!reply) co_return reply;
  CO_TRY(account.after, object_of(a, request));
  if (account.before.is_null() && account.after.is_null()) account.after = reply->body;  // it was made
  co_return reply;
}

void write_account(Authority& a, const Request& request, const Route& route, const Account& account,
                   const Result<Reply>& reply) {
  Value secrets = Value::array();
  if (reply)
    for (auto& name : secrets_in(reply->body)) secrets.push_back(std::move(name));
  // Reading is told where something was read that opens something.
  if (reply && !changes(request) && secrets.size() == 0) return;
  Event event{.type = reply ? "sapi" : "fapi",
              .description = route.summary,
              .reason = reply ? "" : reply.error().description,
              .is_audited = !account.token.is_null()};
  if (event.is_audited) {
    event.client_id = client_of(account.token);
    if (account.token["gty"].is_null()) event.user_id = account.token["sub"].text();
    event.details =
        Value::object({{"request", described(request, account.token, account.body)},
                       {"response", Value::object({{"statusCode", reply ? reply->status : reply.error().status}})}});
    if (secrets.size() > 0) event.details.set("accessedSecrets", std::move(secrets));
    const Value changed = reply ? difference(account.before, account.after) : Value();
    for (const auto& [name, item] : changed.members()) event.details.set(name, item);
  }
  record(a, request, event);
}

}  // namespace

bool Call::has_scope(std::string_view any_of) const {
  const auto words = text::split(any_of, ' ');
  const std::string& granted = token["scope"].text();
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text::has_word(granted, word); });
}

Handling commit(Authority& a, std::vector<Statement> statements, int status, Value body) {
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  co_return Reply{status, std::move(body)};
}

std::string methods_at(std::string_view path) {
  std::string out;
  for (const auto& route : routes())
    if (path.starts_with(root) && match(route.path, path.substr(root.size())) && out.find(route.method) == out.npos)
      out.append(out.empty() ? "" : ", ").append(route.method);
  return out;
}

std::uint64_t body_limit(const Authority& a, std::string_view target, std::string_view authorization) {
  constexpr std::uint64_t usual = 1 << 20U, of_imports = 64 << 20U;  // bytes
  if (!target.starts_with(root)) return 0;
  const std::string token = presented_token({.headers = {{"authorization", std::string(authorization)}}}).token;
  const auto jws = jose::decode_jws(token);
  if (!jws || !read_own_token(a, TokenUse::management, jws->payload["iss"].text(), token)) return 0;
  return target == "/api/v2/jobs/users-imports" ? of_imports : usual;
}

namespace {

// Where a client that has no good token reads which authority gives one.
// RFC 6750 section 3, RFC 9728 section 5.1
std::string bearer_challenge(const Request& request) {
  const std::string error = request.header("authorization").empty() ? "" : "error=\"invalid_token\", ";
  return "Bearer " + error + "resource_metadata=\"" + request.issuer + ".well-known/oauth-protected-resource/api/v2/\"";
}

}  // namespace

Answering manage(Authority& a, Request request) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const std::string path = request.path.substr(root.size());
  if (path == "openapi.json" && method == "GET")
    co_return json_response(200, describe(request.issuer)).with("Cache-Control", "public, max-age=300");
  auto found = find(method, path);
  if (!found.route) {
    const std::string methods = methods_at(request.path);
    if (methods.empty()) co_return problem({"", "Not Found", {}, 404, Fault::caller});
    co_return problem({"", "This address takes " + methods + " only.", {}, 405, Fault::caller}).with("Allow", methods);
  }
  // The body, which may be large, goes to the handler and is not kept.
  const Request about{request.method,  request.path,   request.query, {},
                      request.headers, request.issuer, request.peer,  request.id};
  Call call{
      std::move(request), a.tenant(), Slots(std::move(found.slots)), Parameters(url::parse_form(about.query)), {}, {}};
  Account account;
  CO_AWAIT(const auto reply, handle(a, about, *found.route, std::move(call), account));
  write_account(a, about, *found.route, account, reply);
  if (!reply) {
    Response response = problem(reply.error());
    // RFC 9470 section 3
    auto challenge = step_up_challenge(*a.tenant(), reply.error());
    // RFC 9449 section 7.1
    if (!challenge) challenge = proof_challenge(reply.error());
    if (!challenge && reply.error().status == 401) challenge = bearer_challenge(about);
    if (challenge) response.with("WWW-Authenticate", *std::move(challenge));
    co_return response;
  }
  if (reply->body.is_null()) co_return Response{reply->status, {{"Cache-Control", "no-store"}}, {}};
  co_return json_response(reply->status, reply->body).with("Cache-Control", "no-store");
}

const Routes& routes() {
  static const Routes all = [] {
    Routes out;
    for (const auto part :
         {user_routes,       user_search_routes, identity_routes,   document_routes,     client_routes,
          connection_routes, settings_routes,    job_routes,        ticket_routes,       log_routes,
          session_routes,    key_routes,         role_routes,       organization_routes, action_routes,
          rule_routes,       mfa_routes,         credential_routes, standing_routes,     kept_routes})
      for (auto& route : part()) out.push_back(std::move(route));
    return out;
  }();
  return all;
}

const std::vector<std::string>& all_scopes() {
  static const std::vector<std::string> all = [] {
    // These open no endpoint here; with them, answers of some have more in them, and `/oidc/register` opens.
    std::vector<std::string> out = {"read:client_keys", "read:connections_options", "read:user_idp_tokens",
                                    "update:administrators", "register:clients"};
    for (const auto& route : routes())
      for (const std::string* scopes : {&route.scopes, &route.own_scopes})
        for (const auto word : text::split(*scopes, ' '))
          if (!contains(out, word)) out.emplace_back(word);
    return out;
  }();
  return all;
}

}  // namespace ostia::authority::management
