#include "management/actions.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "scripts/scripts.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/defaults.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority::management {

using json::Value;

void deploy_action(Value& action, const std::string& now) {
  const std::int64_t number = action["deployed_version"]["number"].as_int().value_or(0) + 1;
  action.set("deployed", true);
  action.set("deployed_version", Value::object({{"code", action["code"]},
                                                {"number", number},
                                                {"deployed", true},
                                                {"status", "built"},
                                                {"created_at", now},
                                                {"updated_at", now},
                                                {"built_at", now}}));
}

namespace {

Value names_of(const Value& secrets, const Value& otherwise_updated) {
  Value out = Value::array();
  for (const auto& secret : secrets.items())
    out.push_back(
        Value::object({{"name", secret["name"]},
                       {"updated_at", secret["updated_at"].is_string() ? secret["updated_at"] : otherwise_updated}}));
  return out;
}

// A version says what its action says, where it was deployed before versions said it.
Value version_of(const Value& action) {
  Value version = action["deployed_version"];
  for (const char* name : {"dependencies", "runtime", "supported_triggers", "created_at", "updated_at", "secrets"})
    if (!version.find(name) && action.find(name)) version.set(name, action[name]);
  version.set("id", action["id"].text() + "." + version["number"].text());
  if (!version.find("built_at")) version.set("built_at", version["updated_at"]);
  return version;
}

Value briefly(const Value& version) {
  Value out = Value::object();
  for (const char* name : {"id", "code", "runtime", "number", "created_at", "updated_at"}) out.set(name, version[name]);
  out.set("status", "BUILT");
  out.set("build_time", version["built_at"]);
  return out;
}

}  // namespace

Value present_action(Value body) {
  body = with_defaults("action", without_secrets(section_of("action"), std::move(body)));
  body.set("id", id_of(section_of("action"), body));
  body.set("secrets", names_of(body["secrets"], body["updated_at"]));
  const bool is_current = body["deployed"].as_bool() && body["deployed_version"]["code"] == body["code"];
  body.set("all_changes_deployed", is_current);
  if (!body["deployed_version"].is_object()) return body;
  body.set("deployed_version", version_of(body));
  body.set("current_version", briefly(body["deployed_version"]));
  return body;
}

namespace {

Error no_action() { return not_found("That action does not exist.", "inexistent_action"); }

Async<Value> action_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_document(a.store, "action", std::move(id)));
  if (!found) co_return no_action();
  co_return *found;
}

Handling deploy(Authority& a, Call call) {
  CO_TRY(const auto action, edit_document(a, "action", call.path[0], [&](Value& action) -> Status {
           if (action.is_null()) return no_action();
           deploy_action(action, iso_time(a.clock.now()));
           return ok();
         }));
  const Value shown = present_action(action);
  Value version = shown["deployed_version"], about = Value::object();
  for (const char* name : {"id", "name", "supported_triggers", "created_at", "updated_at", "all_changes_deployed"})
    about.set(name, shown[name]);
  version.set("action", std::move(about));
  co_return Reply{200, std::move(version)};
}

// Runs it as a login would, on an event that was sent along.
Handling test(Authority& a, Call call) {
  CO_TRY(const auto action, action_of(a, call.path[0]));
  const Value open = with_secrets(section_of("action"), action, a.secrets);
  Value secrets = Value::object();
  for (const auto& secret : open["secrets"].items()) secrets.set(secret["name"].text(), secret["value"]);
  const Value job = Value::object(
      {{"actions",
        Value::array({Value::object({{"name", open["name"]}, {"code", open["code"]}, {"secrets", secrets}})})},
       {"event", call.body["payload"]}});
  CO_AWAIT(const auto outcome, a.scripts.run(job, ScriptPool::deadline_in(call.tenant->script_timeout)));
  if (!outcome) co_return api_error(400, "action_failed", outcome.error().description);
  co_return Reply{200, Value::object({{"payload", *outcome}})};
}

Handling list_versions(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto action, action_of(a, call.path[0]));
  std::vector<Value> versions;
  if (action["deployed_version"].is_object()) versions.push_back(present_action(action)["deployed_version"]);
  co_return counted(*page, "versions", versions);
}

Handling list_triggers(Authority&, Call) {
  co_return Reply{200, Value::object({{"triggers", Value::array({Value::object({{"id", "post-login"},
                                                                                {"version", "v3"},
                                                                                {"status", "CURRENT"},
                                                                                {"runtimes", Value::array({"node22"})},
                                                                                {"default_runtime", "node22"}})})}})};
}

Error no_trigger() { return not_found("There is no such trigger here: post-login is the one.", "inexistent_trigger"); }

// What a trigger runs, with each action as it is.
Handling bindings_of(Authority& a, Page page) {
  CO_TRY(const auto triggers, find_document(a.store, "settings", "triggers"));
  CO_TRY(const auto actions, list_documents(a.store, "action"));
  std::vector<Value> out;
  const Value bound = triggers ? (*triggers)["post-login"] : Value();
  for (const auto& binding : bound.items()) {
    const auto it = std::find_if(actions.begin(), actions.end(),
                                 [&](const Value& one) { return one["name"] == binding["action_name"]; });
    if (it == actions.end()) continue;
    Value action = present_action(*it);
    const Value since = action["updated_at"];
    out.push_back(Value::object(
        {{"id", "bnd_" + action["id"].text()},
         {"trigger_id", "post-login"},
         {"display_name", binding["display_name"].is_string() ? binding["display_name"] : binding["action_name"]},
         {"created_at", since},
         {"updated_at", since},
         {"action", std::move(action)}}));
  }
  co_return counted(page, "bindings", out);
}

// The vendor's other triggers run nothing here.
bool is_idle_trigger(std::string_view id) {
  constexpr std::string_view all[] = {
      "credentials-exchange",  "pre-user-registration",         "post-user-registration",  "post-change-password",
      "send-phone-message",    "custom-phone-provider",         "custom-email-provider",   "custom-token-exchange",
      "event-stream",          "password-reset-post-challenge", "password-hash-migration", "login-post-identifier",
      "signup-post-identifier"};
  return std::find(std::begin(all), std::end(all), id) != std::end(all);
}

Handling get_bindings(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  if (is_idle_trigger(call.path[0])) co_return counted(*page, "bindings", {});
  if (call.path[0] != "post-login") co_return no_trigger();
  CO_RETURN(bindings_of(a, *page));
}

Handling set_bindings(Authority& a, Call call) {
  // Nothing bound to what never runs is what the vendor answers, too.
  if (is_idle_trigger(call.path[0]) && call.body["bindings"].size() == 0) co_return counted({}, "bindings", {});
  if (call.path[0] != "post-login") co_return no_trigger();
  CO_TRY(const auto actions, list_documents(a.store, "action"));
  Value bound = Value::array();
  for (const auto& binding : call.body["bindings"].items()) {
    const Value& ref = binding["ref"];
    const auto it = std::find_if(actions.begin(), actions.end(), [&](const Value& one) {
      return ref["type"].is("action_id") ? id_of(section_of("action"), one) == ref["value"].text()
                                         : one["name"] == ref["value"];
    });
    if (it == actions.end())
      co_return not_found("The action " + ref["value"].text() + " does not exist.", "inexistent_action");
    if (!(*it)["deployed"].as_bool(true))
      co_return api_error(400, "action_not_deployed",
                          "The action " + (*it)["name"].text() + " must be deployed before it is bound.");
    bound.push_back(Value::object(
        {{"action_name", (*it)["name"]},
         {"display_name", binding["display_name"].is_string() ? binding["display_name"] : (*it)["name"]}}));
  }
  std::vector<Statement> statements;
  statements.push_back(put_document("settings", "triggers", Value::object({{"post-login", std::move(bound)}})));
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  CO_RETURN(bindings_of(a, {}));
}

}  // namespace

Routes action_routes() {
  return {
      on("POST", "actions/actions/{id}/deploy", "create:actions update:actions", "deploy_action", "Deploy an action",
         deploy),
      on("POST", "actions/actions/{id}/test", "create:actions update:actions", "test_action",
         "Run an action on an event", test)
          .takes("action_test"),
      on("GET", "actions/actions/{id}/versions", "read:actions", "list_action_versions", "List an action's versions",
         list_versions)
          .asks(page_parameters),
      on("GET", "actions/triggers", "read:actions", "list_triggers", "List triggers", list_triggers),
      on("GET", "actions/triggers/{id}/bindings", "read:actions", "get_bindings", "Get what a trigger runs",
         get_bindings)
          .asks(page_parameters),
      on("PATCH", "actions/triggers/{id}/bindings", "update:actions", "set_bindings", "Say what a trigger runs",
         set_bindings)
          .takes("bindings"),
  };
}

}  // namespace ostia::authority::management
