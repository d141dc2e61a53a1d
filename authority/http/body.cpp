#include "http/body.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr int deepest = 8;  // no request has more levels

Error invalid(std::string description) { return {"invalid_request", std::move(description), "body_malformed", 400}; }

// The media type without its parameters. A charset other than UTF-8 is refused: nothing here would read it.
Result<std::string> media_type(const Request& request) {
  const std::string header = text::lower(request.header("content-type"));
  const auto end = std::min(header.find(';'), header.size());
  if (const auto at = header.find("charset=", end); at != std::string::npos) {
    const std::string_view charset = std::string_view(header).substr(at + 8);
    if (!charset.starts_with("utf-8") && !charset.starts_with("\"utf-8\"") && !charset.starts_with("us-ascii"))
      return invalid("charset must be utf-8");
  }
  std::string type = header.substr(0, end);
  while (type.ends_with(' ')) type.pop_back();
  return type;
}

Result<Value> parse_object(const std::string& body) {
  auto value = json::parse(body, deepest);
  if (!value) return invalid("The body is " + value.error().description);
  if (!value->is_object()) return invalid("The body must be a JSON object");
  return value;
}

}  // namespace

Result<Value> read_json_object(const Request& request) {
  const auto type = media_type(request);
  if (!type) return type.error();
  if (*type != "application/json") return invalid("Content-Type must be application/json");
  return parse_object(request.body);
}

Result<Parameters> read_parameters(const Request& request) {
  const auto type = media_type(request);
  if (!type) return type.error();
  if (*type == "application/x-www-form-urlencoded") {
    auto pairs = url::parse_form(request.body);
    for (const auto& [name, value] : pairs)
      if (!text::is_utf8(name) || !text::is_utf8(value)) return invalid("The body is not valid UTF-8");
    Parameters form(std::move(pairs));
    if (const auto twice = form.repeated(); !twice.empty()) return invalid("Repeated parameter: " + std::string(twice));
    return form;
  }
  if (*type != "application/json")
    return invalid("Content-Type must be application/x-www-form-urlencoded or application/json");
  const auto body = parse_object(request.body);
  if (!body) return body.error();
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, value] : body->members()) {
    if (value.is_null()) continue;
    const bool is_answer = key == "authn_response" && value.is_object();  // of a device: in a form it is JSON, too
    if (!value.is_string() && !value.is_number() && !is_answer)
      return invalid("Parameter " + key + " must be a string");
    pairs.emplace_back(key, is_answer ? json::write(value) : value.text());
  }
  return Parameters(std::move(pairs));
}

Parameters read_form(const Request& request) { return Parameters(url::parse_form(request.body)); }

}  // namespace ostia::authority
