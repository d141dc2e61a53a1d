#include "grants/extensions.hpp"
#include "accounts/users.hpp"

#include <algorithm>

#include "accounts/document.hpp"
#include "base/clock.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "protocol/words.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Claims that say who somebody is or what a token is good for are the protocol's.
// AZ-1501, AZ-1504 · Auth0: custom claims
constexpr std::string_view reserved[] = {
    "iss",     "sub",       "aud",    "exp",       "iat", "nbf",   "jti",         "azp",      "nonce",
    "at_hash", "c_hash",    "s_hash", "auth_time", "sid", "scope", "permissions", "org_id",   "org_name",
    "gty",     "client_id", "act",    "may_act",   "cnf", "acr",   "amr",         "id_claims"};

bool is_free(std::string_view name) {
  return std::find(std::begin(reserved), std::end(reserved), name) == std::end(reserved);
}

void add_claims(Value& to, const Value& from) {
  for (const auto& [key, item] : from.members())
    if (is_free(key)) to.set(key, item);
}

Value words(std::string_view list) {
  Value out = Value::array();
  for (const auto word : text::split(list, ' ')) out.push_back(word);
  return out;
}

Value query_of(const ExtendedLogin& l) {
  Value out = Value::object();
  for (const auto& [name, value] : {std::pair{"client_id", &l.client_id},
                                    {"audience", &l.audience},
                                    {"scope", &l.scope},
                                    {"redirect_uri", &l.redirect_uri},
                                    {"state", &l.state},
                                    {"response_type", &l.response_type},
                                    {"acr_values", &l.acr_values},
                                    {"prompt", &l.prompt}})
    if (!value->empty()) out.set(name, *value);
  for (const auto& [key, item] : l.returned.members()) out.set(key, item);
  return out;
}

Value request_of(const Request& request, const ExtendedLogin& l) {
  return Value::object({{"userAgent", request.header("user-agent")},
                        {"ip", request.peer},
                        {"hostname", request.issuer.substr(request.issuer.find("//") + 2,
                                                           request.issuer.size() - request.issuer.find("//") - 3)},
                        {"query", query_of(l)},
                        {"body", l.returned.is_null() ? Value::object() : l.returned},
                        {"geoip", Value::object()}});
}

// ---- Rules

Value rules_job(const Tenant& tenant, const Request& request, const ExtendedLogin& l, const Value& user) {
  const auto found_client = tenant.find_client(l.client_id);
  const Client& client = *found_client;
  const auto connection = tenant.find_connection(l.user.login_connection());
  Value rules = Value::array(), configuration = Value::object();
  for (const auto& rule : tenant.rules) rules.push_back(Value::object({{"name", rule.name}, {"script", rule.script}}));
  for (const auto& [key, value] : tenant.rule_configs) configuration.set(key, value);
  Value methods = Value::array();
  for (const auto& method : l.methods) methods.push_back(Value::object({{"name", method}}));
  const bool is_back = !l.returned.is_null();
  Value context = Value::object(
      {{"clientID", client.id},
       {"clientName", client.name},
       {"connection", l.user.login_connection()},
       {"connectionStrategy", connection ? connection->strategy : "auth0"},
       {"protocol", is_back ? std::string("redirect-callback") : l.protocol},
       {"request", request_of(request, l)},
       {"stats", Value::object({{"loginsCount", l.user.logins}})},
       {"sso", Value::object({{"with_auth0", !l.session_id.empty()}, {"current_clients", Value::array({client.id})}})},
       {"accessToken", Value::object({{"scope", words(l.scope)}})},
       {"idToken", Value::object()},
       {"authentication", Value::object({{"methods", std::move(methods)}})},
       {"sessionID", l.session_id},
       {"tenant", tenant.name}});
  return Value::object({{"rules", std::move(rules)},
                        {"configuration", std::move(configuration)},
                        {"user", user},
                        {"context", std::move(context)},
                        {"domain", request.issuer}});
}

// AZ-1502 · Auth0: UnauthorizedError
Error refusal(const Value& error) {
  const bool is_told = error["name"].is("UnauthorizedError");
  return {is_told ? "unauthorized" : "access_denied", error["message"].text(), is_told ? "rule_refused" : "rule_failed",
          403, Fault::caller};
}

Error not_run(const Error& why) {
  if (why.reason == "scripts_busy")
    return {"temporarily_unavailable", "The rules and actions of this tenant are busy; try again in a moment.",
            "scripts_busy", 503, Fault::caller};
  return {"server_error", "A rule or an action of this tenant could not be run; the authority's log says why.",
          "script_failed", 500, Fault::caller};
}

// Metadata that a script has set, kept.
struct MetadataChange {
  std::string user_id, member;
  Value values;
};

Async<Unit> keep_metadata(Authority& a, std::vector<MetadataChange> changes) {
  for (const auto& change : changes)
    CO_TRY_VOID(edit_user(a.store, change.user_id, a.clock.now(), [&](User& user, auto&) -> Status {
      return apply_profile(nullptr, user, Value::object({{change.member.c_str(), change.values}}));
    }));
  co_return Unit{};
}

Async<Unit> run_rules(Authority& a, const Request& request, const ExtendedLogin& l, const Value& user,
                      ScriptPool::Deadline deadline, Extension& out) {
  const auto tenant = a.tenant();
  CO_AWAIT(const auto answer, a.scripts.run(rules_job(*tenant, request, l, user), deadline));
  if (!answer) co_return not_run(answer.error());
  if (answer->find("error")) co_return refusal((*answer)["error"]);
  const Value &result = (*answer)["result"], &context = result["context"];
  add_claims(out.id_claims, context["idToken"]);
  const Value& access = context["accessToken"];
  for (const auto& [key, item] : access.members())
    if (key != "scope" && is_free(key)) out.access_claims.set(key, item);
  if (access["scope"].is_array()) {
    Words scope;
    for (const auto& word : texts(access["scope"])) scope.add(word);
    out.scope = scope.text();
  }
  if (context["redirect"]["url"].is_string() && l.returned.is_null())
    out.redirect_to = context["redirect"]["url"].text();
  out.second_factor = context["multifactor"].is_object();
  out.remembers_browser = context["multifactor"]["allowRememberBrowser"].as_bool();
  std::vector<MetadataChange> changes;
  for (const auto& command : result["commands"].items())
    changes.push_back({command["user_id"].text(), command["type"].text(), command["metadata"]});
  CO_RETURN(keep_metadata(a, std::move(changes)));
}

// ---- Actions

Value actions_job(const Tenant& tenant, const Request& request, const ExtendedLogin& l, const Value& user,
                  std::int64_t now) {
  const auto found_client = tenant.find_client(l.client_id);
  const Client& client = *found_client;
  const auto connection = tenant.find_connection(l.user.login_connection());
  Value actions = Value::array(), methods = Value::array();
  for (const auto& action : tenant.post_login) {
    Value secrets = Value::object();
    for (const auto& [name, value] : action.secrets) secrets.set(name, value);
    actions.push_back(Value::object({{"name", action.name}, {"code", action.code}, {"secrets", std::move(secrets)}}));
  }
  for (const auto& method : l.methods)
    methods.push_back(Value::object({{"name", method}, {"timestamp", iso_time(now)}}));
  Value event = Value::object(
      {{"user", user},
       {"client", Value::object({{"client_id", client.id}, {"name", client.name}, {"metadata", Value::object()}})},
       {"connection", Value::object({{"id", connection ? connection->id : ""},
                                     {"name", l.user.login_connection()},
                                     {"strategy", connection ? connection->strategy : "auth0"}})},
       {"request", request_of(request, l)},
       {"stats", Value::object({{"logins_count", l.user.logins}})},
       {"tenant", Value::object({{"id", tenant.name}})},
       {"authentication", Value::object({{"methods", std::move(methods)}})},
       {"authorization", Value::object({{"roles", Value::array()}})},
       {"transaction", Value::object({{"protocol", l.protocol},
                                      {"requested_scopes", words(l.scope)},
                                      {"redirect_uri", l.redirect_uri},
                                      {"state", l.state},
                                      {"acr_values", words(l.acr_values)},
                                      {"prompt", words(l.prompt)}})}});
  if (l.transfer.is_object()) event.set("session_transfer_token", l.transfer);
  if (!l.session_id.empty()) event.set("session", Value::object({{"id", l.session_id}}));
  if (!l.audience.empty()) event.set("resource_server", Value::object({{"identifier", l.audience}}));
  if (const auto o = tenant.find_organization(l.organization))
    event.set("organization", Value::object({{"id", o->id}, {"name", o->name}, {"display_name", o->display_name}}));
  Value job = Value::object({{"actions", std::move(actions)}, {"event", std::move(event)}});
  if (!l.continues.empty()) job.set("continue", l.continues);
  return job;
}

std::string with_word(const std::string& scope, std::string_view word) {
  Words out(scope);
  out.add(word);
  return out.text();
}

Status obey(const Value& command, Extension& out, const std::string& user_id, std::vector<MetadataChange>& changes) {
  const std::string& type = command["type"].text();
  const std::string& name = command["name"].text();
  // AZ-1504 · Auth0: api.access.deny
  if (type == "deny") return Error{"access_denied", command["reason"].text(), "action_refused", 403, Fault::caller};
  if (type == "id_token" && is_free(name)) out.id_claims.set(name, command["value"]);
  if (type == "access_token" && is_free(name)) out.access_claims.set(name, command["value"]);
  const std::string& word = command["scope"].text();
  if (type == "add_scope") out.scope = with_word(out.scope, word);
  if (type == "remove_scope") out.scope = Words(out.scope).where([&](auto one) { return one != word; }).text();
  if (type == "multifactor") out.second_factor = !command["provider"].is("none");
  if (type == "challenge" || type == "enroll") out.second_factor = true;
  // AZ-1503 · Auth0: api.redirect.sendUserTo
  if (type == "redirect") {
    out.redirect_to = command["url"].text();
    out.by = command["action"].text();
  }
  if (type == "user_metadata" || type == "app_metadata")
    changes.push_back({user_id, type, Value::object({{name.c_str(), command["value"]}})});
  return ok();
}

Async<Unit> run_actions(Authority& a, const Request& request, const ExtendedLogin& l, const Value& user,
                        ScriptPool::Deadline deadline, Extension& out) {
  const auto tenant = a.tenant();
  CO_AWAIT(const auto answer, a.scripts.run(actions_job(*tenant, request, l, user, a.clock.now()), deadline));
  if (!answer) co_return not_run(answer.error());
  if (answer->find("error")) co_return refusal((*answer)["error"]);
  std::vector<MetadataChange> changes;
  for (const auto& command : (*answer)["result"]["commands"].items())
    if (auto obeyed = obey(command, out, l.user.id, changes); !obeyed) co_return std::move(obeyed).error();
  CO_RETURN(keep_metadata(a, std::move(changes)));
}

// A script may add scopes that its API means something by. What a person may do to accounts here, and whether they stay
// signed in, is not a script's to widen.
// AZ-1501 · Auth0: context.accessToken.scope
std::string permitted(const Authority& a, const Request& request, const ExtendedLogin& l, const std::string& scope) {
  const bool is_ours = is_management_api(a, request.issuer, l.audience);
  const auto may_stay = [&](auto word) {
    return text::has_word(l.scope, word) || !(is_ours || word == "offline_access");
  };
  return Words(scope).where(may_stay).text();
}

}  // namespace

Value Extension::to_json() const {
  return Value::object({{"id_claims", id_claims},
                        {"access_claims", access_claims},
                        {"scope", scope},
                        {"added", added},
                        {"second_factor", second_factor}});
}

Extension Extension::from_json(const Value& v, std::string_view now) {
  Extension out;
  if (v["id_claims"].is_object()) out.id_claims = v["id_claims"];
  if (v["access_claims"].is_object()) out.access_claims = v["access_claims"];
  out.added = v["added"].text();
  const auto is_there = [&](auto word) { return text::has_word(now, word) || text::has_word(out.added, word); };
  out.scope = Words(v["scope"].text()).where(is_there).text();
  out.second_factor = v["second_factor"].as_bool();
  return out;
}

std::string scripts_mark(const Tenant& tenant, std::string_view last) {
  std::string all;
  for (const auto& rule : tenant.rules) all.append(rule.name).append(1, '\0').append(rule.script).append(1, '\0');
  all.append(1, '\1');
  for (const auto& one : tenant.post_login) {
    all.append(one.name).append(1, '\0').append(one.code).append(1, '\0');
    if (one.name == last) break;
  }
  return text::base64url_encode(sha256(all)).substr(0, 16);
}

Async<Value> run_action(Authority& a, Value job) {
  CO_AWAIT(auto answer, a.scripts.run(std::move(job), ScriptPool::deadline_in(a.tenant()->script_timeout)));
  if (!answer) co_return not_run(answer.error());
  if (answer->find("error")) co_return refusal((*answer)["error"]);
  co_return (*answer)["result"]["commands"];
}

Async<Extension> run_extensions(Authority& a, const Request& request, ExtendedLogin l) {
  const auto tenant = a.tenant();
  // What was decided before an action sent the person away stands: nothing is forgotten on the way.
  Extension out = l.decided.is_object() ? Extension::from_json(l.decided, l.scope) : Extension{};
  if (!l.decided.is_object()) out.scope = l.scope;
  if (!tenant->has_scripts()) co_return out;
  // A script that fails must not keep out who can mend it.
  if (tenant->find_client(l.client_id)->is_dashboard) co_return out;
  CO_TRY(const auto user, read_document(a, l.user, false));
  const auto deadline = ScriptPool::deadline_in(tenant->script_timeout);  // for all of them together
  // An action that a person comes back to is past the rules.
  if (!tenant->rules.empty() && l.continues.empty()) {
    CO_TRY_VOID(run_rules(a, request, l, user, deadline, out));
    if (!out.redirect_to.empty()) co_return out;
  }
  if (!tenant->post_login.empty()) CO_TRY_VOID(run_actions(a, request, l, user, deadline, out));
  out.scope = permitted(a, request, l, out.scope);
  out.added = Words(out.scope).where([&](auto word) { return !text::has_word(l.scope, word); }).text();
  co_return out;
}

}  // namespace ostia::authority
