#include "flow/authorization_response.hpp"

#include <algorithm>

#include "flow/asked.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

// Codes and tokens, which are the long ones, need no encoding.
bool is_plain(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

std::string encode(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out.append(out.empty() ? "" : "&").append(name).append("=");
    out.append(is_plain(value) ? value : url::percent_encode(value));
  }
  return out;
}

// Web messages carry JSON, where `expires_in` is a number.
json::Value to_message(const Fields& fields) {
  json::Value out = json::Value::object();
  for (const auto& [name, value] : fields) {
    const auto number = name == "expires_in" ? text::parse_int(value) : std::nullopt;
    out.set(name, number ? json::Value(*number) : json::Value(value));
  }
  return out;
}

}  // namespace

Response deliver(const AuthorizationRequest& request, Fields fields) {
  if (!request.state.empty()) fields.emplace_back("state", request.state);
  // AZ-201 · RFC 9207 section 2
  fields.emplace_back("iss", request.issuer);
  // AZ-214 · OAuth 2.0 Form Post Response Mode section 2
  if (request.response_mode == "form_post") return pages::form_post(request.redirect_uri, fields);
  // AZ-209 · Auth0: web_message
  if (request.response_mode == "web_message")
    return pages::web_message({url::origin_of(request.redirect_uri)}, to_message(fields));
  const bool query = request.response_mode == "query";
  const char* joint = !query ? "#" : request.redirect_uri.find('?') == std::string::npos ? "?" : "&";
  return redirect(request.redirect_uri + joint + encode(fields));
}

Response deliver_error_at_once(const AuthorizationRequest& request, std::string error, std::string description) {
  return deliver(request, {{"error", std::move(error)}, {"error_description", std::move(description)}});
}

Response deliver_error(const Authority& a, const Request& at, const AuthorizationRequest& request, std::string error,
                       std::string description) {
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(request.client_id);
  if (!client || !client->is_registered)
    return deliver_error_at_once(request, std::move(error), std::move(description));
  AuthorizationRequest by_link = request;
  if (by_link.response_mode != "fragment") by_link.response_mode = "query";
  std::string address;
  for (const auto& [name, value] : deliver_error_at_once(by_link, error, description).headers)
    if (name == "Location") address = value;
  const auto look = look_for(*tenant, at, request.ui_locales);
  const std::string back = look.texts.get("back_to", {{"client", place_of(request.redirect_uri)}});
  return pages::error(
      look,
      {.status = 400, .key = "stranger_refused", .code = error + ": " + description, .links = {{"", back, address}}});
}

}  // namespace ostia::authority
