#include "tenant/schema.hpp"

#include <algorithm>

#include "base/address.hpp"
#include "http/header.hpp"
#include "http/networks.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {

extern const std::string_view schemas_json;

namespace {

using json::Value;
using Finding = std::optional<std::string>;

const char* type_of(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "boolean";
    case Value::Kind::number: return v.as_int() ? "integer" : "number";
    case Value::Kind::string: return "string";
    case Value::Kind::array: return "array";
    case Value::Kind::object: return "object";
  }
  return "";
}

bool is_of_type(const Value& v, const Value& type) {
  return type.is(type_of(v)) || (type.is("number") && v.is_number());
}

Finding check_type(const Value& v, const Value& type) {
  const bool fits = type.is_array() ? std::any_of(type.items().begin(), type.items().end(),
                                                  [&](const Value& one) { return is_of_type(v, one); })
                                    : type.is_null() || is_of_type(v, type);
  if (fits) return {};
  std::string wanted = type.text();
  for (const auto& one : type.items()) wanted.append(wanted.empty() ? "" : ",").append(one.text());
  return "Expected type " + wanted + " but found type " + type_of(v);
}

std::size_t characters(const std::string& s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Finding check_text(const Value& v, const Value& schema) {
  const auto length = static_cast<std::int64_t>(characters(v.text()));
  const auto least = schema["minLength"].as_int(), most = schema["maxLength"].as_int();
  if (least && length < *least)
    return "String is too short (" + text::decimal(length) + " chars), minimum " + text::decimal(*least);
  if (most && length > *most)
    return "String is too long (" + text::decimal(length) + " chars), maximum " + text::decimal(*most);
  const bool is_wrong = (schema["format"].is("email") && !is_email(v.text())) ||
                        (schema["format"].is("phone") && !is_phone_number(v.text())) ||
                        (schema["format"].is("uri") && !url::parse(v.text())) ||
                        (schema["format"].is("web-url") && !v.text().empty() && !is_web_url(v.text())) ||
                        (schema["format"].is("network") && !Networks::parse({v.text()}));
  if (schema["format"].is("header-name") && !is_header_name(v.text()))
    return "Object didn't pass validation for format header-name: a token (RFC 9110 section 5.1)";
  if (schema["format"].is("header-value") && !is_header_value(v.text()))  // which may be a secret
    return "Object didn't pass validation for format header-value: no line breaks or other control characters";
  if (is_wrong) return "Object didn't pass validation for format " + schema["format"].text() + ": " + v.text();
  return {};
}

Finding check_number(const Value& v, const Value& schema) {
  const double number = v.as_double().value_or(0);
  const auto least = schema["minimum"].as_double(), most = schema["maximum"].as_double();
  if (least && number < *least) return "Value " + v.text() + " is less than minimum " + schema["minimum"].text();
  if (most && number > *most) return "Value " + v.text() + " is greater than maximum " + schema["maximum"].text();
  return {};
}

// `where` is the property's path; the innermost mistake is the one that is told.
Finding check(const Value& v, const Value& schema, const std::string& where);

Finding at(const std::string& where, Finding finding) {
  if (!finding || finding->starts_with('\'')) return finding;
  return "'" + *finding + "'" + (where.empty() ? "" : " on property " + where) + ".";
}

Finding check_members(const Value& v, const Value& schema, const std::string& where) {
  for (const auto& name : schema["required"].items())
    if (!v.find(name.text())) return at(where, "Missing required property: " + name.text());
  const Value& known = schema["properties"];
  for (const auto& [key, item] : v.members()) {
    const Value* property = known.find(key);
    if (!property && schema.find("additionalProperties") && !schema["additionalProperties"].as_bool())
      return at(where, "Additional properties not allowed: " + key);
    if (!property) continue;
    if (auto finding = check(item, *property, where.empty() ? key : where + "." + key)) return finding;
  }
  if (const auto least = schema["minProperties"].as_int(); least && static_cast<std::int64_t>(v.size()) < *least)
    return at(where, "Too few properties defined (" + std::to_string(v.size()) + "), minimum " + text::decimal(*least));
  return {};
}

Finding check_items(const Value& v, const Value& schema, const std::string& where) {
  if (const auto most = schema["maxItems"].as_int(); most && static_cast<std::int64_t>(v.size()) > *most)
    return at(where, "Array is too long (" + std::to_string(v.size()) + "), maximum " + text::decimal(*most));
  if (const auto least = schema["minItems"].as_int(); least && static_cast<std::int64_t>(v.size()) < *least)
    return at(where, "Array is too short (" + std::to_string(v.size()) + "), minimum " + text::decimal(*least));
  for (std::size_t i = 0; i < v.size(); ++i)
    if (auto finding = check(v.at(i), schema["items"], where + "[" + std::to_string(i) + "]")) return finding;
  return {};
}

const Value& named(std::string_view name) {
  const Value* found = schemas().find(name);
  static const Value anything = Value::object();
  return found ? *found : anything;
}

Finding check(const Value& v, const Value& schema, const std::string& where) {
  if (const std::string& ref = schema["$ref"].text(); !ref.empty())
    return check(v, named(std::string_view(ref).substr(ref.rfind('/') + 1)), where);
  if (auto finding = check_type(v, schema["type"])) return at(where, finding);
  if (const Value& choices = schema["enum"];
      choices.is_array() && !v.is_null() &&
      std::find(choices.items().begin(), choices.items().end(), v) == choices.items().end())
    return at(where, "No enum match for: " + json::write(v));
  if (v.is_string()) return at(where, check_text(v, schema));
  if (v.is_number()) return at(where, check_number(v, schema));
  if (v.is_object()) return check_members(v, schema, where);
  if (v.is_array()) return check_items(v, schema, where);
  return {};
}

}  // namespace

const Value& schemas() {
  static const Value all = *json::parse(schemas_json);
  return all;
}

Status validate(const Value& value, std::string_view schema) {
  if (auto finding = check(value, named(schema), {}))
    return Error{"invalid_body", "Payload validation error: " + *finding, "body_invalid", 400, Fault::caller};
  return ok();
}

}  // namespace ostia::authority
