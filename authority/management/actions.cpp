#include "management/actions.hpp"

#include <algorithm>

#include "management/call.hpp"
#include "ostia/text/ascii.hpp"
#include "scripts/scripts.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority::management {

using json::Value;

void deploy_action(Value& action) {
  const std::int64_t number = action["deployed_version"]["number"].as_int().value_or(0) + 1;
  action.set("deployed", true);
  action.set("deployed_version",
             Value::object({{"code", action["code"]}, {"number", number}, {"deployed", true}, {"status", "built"}}));
}

namespace {

Error no_action() { return not_found("That action does not exist.", "inexistent_action"); }

Async<Value> action_of(Authority& a, std::string id) {
  CO_TRY(auto found, find_document(a.store, "action", std::move(id)));
  if (!found) co_return no_action();
  co_return *found;
}

Handling deploy(Authority& a, Call call) {
  CO_TRY(const auto action, edit_document(a, "action", call.path[0], [](Value& action) -> Status {
           if (action.is_null()) return no_action();
           deploy_action(action);
           return ok();
         }));
  Value version = action["deployed_version"];
  version.set("id", call.path[0] + "." + version["number"].text());
  version.set("action", Value::object({{"id", call.path[0]}, {"name", action["name"]}}));
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
  CO_TRY(const auto action, action_of(a, call.path[0]));
  Value versions = Value::array();
  if (const Value& deployed = action["deployed_version"]; deployed.is_object()) versions.push_back(deployed);
  co_return Reply{200,
                  Value::object({{"versions", versions}, {"total", versions.size()}, {"page", 0}, {"per_page", 50}})};
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
Handling bindings_of(Authority& a) {
  CO_TRY(const auto triggers, find_document(a.store, "settings", "triggers"));
  CO_TRY(const auto actions, list_documents(a.store, "action"));
  Value out = Value::array();
  const Value bound = triggers ? (*triggers)["post-login"] : Value();
  for (const auto& binding : bound.items()) {
    const auto it = std::find_if(actions.begin(), actions.end(),
                                 [&](const Value& one) { return one["name"] == binding["action_name"]; });
    if (it == actions.end()) continue;
    Value action = without_secrets(section_of("action"), *it);
    action.set("id", id_of(section_of("action"), *it));
    out.push_back(Value::object(
        {{"id", "bnd_" + action["id"].text()},
         {"trigger_id", "post-login"},
         {"display_name", binding["display_name"].is_string() ? binding["display_name"] : binding["action_name"]},
         {"action", std::move(action)}}));
  }
  co_return Reply{200, Value::object({{"bindings", out}, {"total", out.size()}, {"page", 0}, {"per_page", 50}})};
}

Handling get_bindings(Authority& a, Call call) {
  if (call.path[0] != "post-login") co_return no_trigger();
  CO_RETURN(bindings_of(a));
}

Handling set_bindings(Authority& a, Call call) {
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
  CO_RETURN(bindings_of(a));
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
          .asks({"page", "per_page"}),
      on("GET", "actions/triggers", "read:actions", "list_triggers", "List triggers", list_triggers),
      on("GET", "actions/triggers/{id}/bindings", "read:actions", "get_bindings", "Get what a trigger runs",
         get_bindings)
          .asks({"page", "per_page"}),
      on("PATCH", "actions/triggers/{id}/bindings", "update:actions", "set_bindings", "Say what a trigger runs",
         set_bindings)
          .takes("bindings"),
  };
}

}  // namespace ostia::authority::management
