// What the vendor's dashboard does behind its API: a rule is tried before logins run it.
#include "management/collection.hpp"
#include "scripts/scripts.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

// Runs it as a login would, on a user and a context that were sent along; `script`: instead of the one that is kept.
Handling test(Authority& a, Call call) {
  CO_TRY(const auto found, find_in(a, collection_of("rule"), call.path[0]));
  if (!found) co_return unknown(collection_of("rule"));
  const Value& rule = *found;
  const Value& script = call.body["script"].is_string() ? call.body["script"] : rule["script"];
  Value configuration = Value::object();
  for (const auto& [key, value] : call.tenant->rule_configs) configuration.set(key, value);
  const Value job =
      Value::object({{"rules", Value::array({Value::object({{"name", rule["name"]}, {"script", script}})})},
                     {"configuration", std::move(configuration)},
                     {"user", call.body["user"]},
                     {"context", call.body["context"]},
                     {"domain", call.request.issuer}});
  CO_AWAIT(auto outcome, a.scripts.run(job, ScriptPool::deadline_in(call.tenant->script_timeout)));
  if (!outcome) co_return api_error(400, "rule_failed", outcome.error().description);
  co_return Reply{200, *std::move(outcome)};
}

}  // namespace

Routes rule_routes() {
  return {on("POST", "rules/{id}/test", "update:rules", "test_rule", "Run a rule on a user and a context", test)
              .takes("rule_test")};
}

}  // namespace ostia::authority::management
