// The description of this API (OpenAPI 3.1), made of the routes and schemas that requests are checked by.
#include "management/call.hpp"
#include "ostia/text/ascii.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

Value words(std::string_view list) {
  Value out = Value::array();
  for (const auto word : text::split(list, ' ')) out.push_back(word);
  return out;
}

Value parameters_of(const Route& route) {
  Value out = Value::array();
  for (const auto part : text::split(route.path, '/'))
    if (part.starts_with('{'))
      out.push_back(Value::object({{"name", part.substr(1, part.size() - 2)},
                                   {"in", "path"},
                                   {"required", true},
                                   {"schema", Value::object({{"type", "string"}})}}));
  for (const auto& name : route.query)
    out.push_back(Value::object({{"name", name}, {"in", "query"}, {"schema", Value::object({{"type", "string"}})}}));
  return out;
}

Value answer(const char* description, const char* schema) {
  Value out = Value::object({{"description", description}});
  if (*schema != '\0')
    out.set("content",
            Value::object({{"application/json", Value::object({{"schema", Value::object({{"$ref", schema}})}})}}));
  return out;
}

Value operation_of(const Route& route) {
  const std::string tag(route.path.substr(0, route.path.find('/')));
  Value op = Value::object({{"operationId", route.id}, {"summary", route.summary}, {"tags", Value::array({tag})}});
  if (auto parameters = parameters_of(route); parameters.size() > 0) op.set("parameters", std::move(parameters));
  if (!route.body.empty()) {
    const Value schema = Value::object({{"$ref", "#/components/schemas/" + route.body}});
    op.set("requestBody",
           Value::object({{"required", !schemas()[route.body]["type"].is_array()},
                          {"content", Value::object({{"application/json", Value::object({{"schema", schema}})}})}}));
  }
  const char* error = "#/components/schemas/error";
  Value responses = Value::object({{"2XX", answer("Done.", "")},
                                   {"400", answer("The request is not what this endpoint takes.", error)},
                                   {"401", answer("No token, or one that is not good here.", error)},
                                   {"403", answer("The token has none of the scopes.", error)}});
  if (route.path.find('{') != std::string::npos || !route.body.empty())
    responses.set("404", answer("There is no such thing.", error));
  if (!route.body.empty()) responses.set("409", answer("It is there already.", error));
  op.set("responses", std::move(responses));
  if (!route.kept.empty()) op.set("x-ostia-kept", route.kept);
  op.set("security", Value::array({Value::object({{"token", words(route.scopes + " " + route.own_scopes)}})}));
  return op;
}

}  // namespace

Value describe(const std::string& issuer) {
  Value paths = Value::object();
  for (const auto& route : routes()) {
    const std::string path = "/" + route.path;
    if (!paths.find(path)) paths.set(path, Value::object());
    paths.find(path)->set(text::lower(route.method), operation_of(route));
  }
  const Value bearer = Value::object({{"type", "http"},
                                      {"scheme", "bearer"},
                                      {"bearerFormat", "JWT"},
                                      {"description", "An access token for the audience " + issuer + "api/v2/"}});
  return Value::object({{"openapi", "3.1.0"},
                        {"info", Value::object({{"title", "Management API"}, {"version", "2.0"}})},
                        {"servers", Value::array({Value::object({{"url", issuer + "api/v2"}})})},
                        {"paths", std::move(paths)},
                        {"components", Value::object({{"schemas", schemas()},
                                                      {"securitySchemes", Value::object({{"token", bearer}})}})}});
}

}  // namespace ostia::authority::management
