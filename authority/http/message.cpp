#include "http/message.hpp"

#include "ostia/text/ascii.hpp"

#include <algorithm>

namespace ostia::authority {

std::string_view Parameters::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return {};
}

bool Parameters::has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(), [&](const auto& p) { return p.first == name; });
}

std::string_view Parameters::repeated() const {
  std::vector<std::string_view> names;
  for (const auto& pair : pairs_) names.push_back(pair.first);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? std::string_view() : *twice;
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key != "cookie") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto end = std::min(rest.find(';'), rest.size());
      std::string_view one = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (one.starts_with(' ')) one.remove_prefix(1);
      if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
    }
  }
  return {};
}

Response json_response(int status, const json::Value& body) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, json::write(body)};
}

Response text_response(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

Response redirect(std::string location) {
  return {302, {{"Location", std::move(location)}, {"Cache-Control", "no-store"}}, {}};
}

Response oauth_error(int status, std::string_view error, std::string_view description) {
  return json_response(status, json::Value::object({{"error", error}, {"error_description", description}}))
      .with("Cache-Control", "no-store");
}

std::string country_of(const Request& request) {
  std::string_view code = request.header("cf-ipcountry");
  if (code.empty()) code = request.header("x-country-code");
  constexpr std::string_view unknown = "XX";
  const bool is_code = code.size() == 2 && text::is_upper(code[0]) && text::is_upper(code[1]);
  return is_code && code != unknown ? std::string(code) : std::string();
}

std::string_view bearer_of(const Request& request) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view header = request.header("authorization");
  return text::lower(header.substr(0, scheme.size())) == scheme ? header.substr(scheme.size()) : std::string_view();
}

}  // namespace ostia::authority
