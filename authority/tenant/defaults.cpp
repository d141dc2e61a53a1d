#include "tenant/defaults.hpp"

namespace ostia::authority {

extern const std::string_view defaults_json;

using json::Value;

Value completed(Value body, const Value& defaults) {
  for (const auto& [key, usual] : defaults.members()) {
    const bool is_for_what_is_there = key.starts_with('?');
    const std::string_view name = std::string_view(key).substr(is_for_what_is_there ? 1 : 0);
    Value* there = body.find(name);
    if (!there && is_for_what_is_there) continue;
    if (!there)
      body.set(name, usual.is_object() ? completed(Value::object(), usual) : usual);
    else if (there->is_object() && usual.is_object())
      *there = completed(std::move(*there), usual);
  }
  return body;
}

Value with_defaults(std::string_view resource, Value body) {
  static const Value all = *json::parse(defaults_json);
  return body.is_object() ? completed(std::move(body), all[resource]) : body;
}

}  // namespace ostia::authority
