#include "ostia/auth0/legacy.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::auth0 {
namespace {

Value first_truthy(const Value& source, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (is_truthy(source[name])) return source[name];
  return {};
}

void copy_truthy(Value& to, const char* name, const Value& value) {
  if (is_truthy(value)) to.set(name, value);
}

Value shape_b(Value source, const Value& status, const Value& status_text) {
  if (is_truthy(source["err"])) source = Value(source["err"]);
  Value out = Value::object();
  copy_truthy(out, "statusCode", status);
  copy_truthy(out, "statusText", status_text);
  out.set("code", first_truthy(source, {"code", "error", "error_code", "status"}));
  out.set("description",
          first_truthy(source, {"errorDescription", "error_description", "description", "error", "details", "err"}));
  if (is_truthy(source["error_codes"]) && is_truthy(source["error_details"]))
    out.set("errorDetails", Value::object({{"codes", source["error_codes"]}, {"details", source["error_details"]}}));
  copy_truthy(out, "name", source["name"]);
  copy_truthy(out, "policy", source["policy"]);
  return Value::object({{"error", std::move(out)}});
}

bool is_json(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.ends_with("/json") || type.ends_with("+json");
}

}  // namespace

Value raw_error(const Error& error, const Value& response) {
  Value out = Value::object({{"error", error.code}, {"errorDescription", error.description}});
  if (const Value* code = response.find("error")) {
    out.set("error", *code);
    if (!response.find("error_description")) out.set("errorDescription", "\x01u");
    if (is_truthy(response["state"])) out.set("state", response["state"]);
  }
  return out;
}

Value wrapped_error(const Error& error) {
  const char* name =
      error.reason == "error_response" || error.fault == Fault::caller ? "error_description" : "errorDescription";
  const Value code = error.code.empty() ? Value() : Value(error.code);
  const Value description = error.description.empty() ? code : Value(error.description);
  return Value::object({{"original", Value::object({{"error", code}, {name, error.description}})},
                        {"code", code},
                        {"description", description},
                        {"error", code},
                        {"error_description", description}});
}

Value legacy_answer(const HttpResponse& answer) {
  const Value nothing_usable = Value::object({{"name", "Error"}});
  if (answer.status == 0) return shape_b(nothing_usable, {}, {});
  auto body = is_json(answer.content_type) && !answer.body.empty() ? json::parse(answer.body) : Result<Value>(Value());
  if (!body) return shape_b(Value::object({{"name", "Error"}, {"status", answer.status}}), {}, {});
  if (answer.status >= 200 && answer.status <= 299) {
    const bool is_text = answer.content_type.starts_with("text/html") || answer.content_type.starts_with("text/plain");
    return Value::object({{"value", is_text ? Value(answer.body) : *body}});
  }
  Value source = is_truthy(*body) ? *body : Value::object({{"name", "Error"}, {"status", answer.status}});
  return shape_b(std::move(source), answer.status, answer.status_text);
}

}  // namespace ostia::auth0
