#include "protocol/login_state.hpp"

#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t lifetime = 3600;  // seconds, for somebody who looks for a password

std::string device_mark(std::string_view device) { return text::base64url_encode(sha256(device)); }

}  // namespace

std::string seal_login_state(const Authority& a, const AuthorizationRequest& request, std::string_view device) {
  json::Value v = request.to_json();
  v.set("device", device_mark(device));
  v.set("until", a.clock.now() + lifetime);
  return a.states.seal(json::write(v));
}

std::optional<AuthorizationRequest> open_login_state(const Authority& a, std::string_view state,
                                                     std::string_view device, std::string_view issuer) {
  const auto text = a.states.open(state);
  if (!text || device.empty()) return {};
  const auto v = json::parse(*text);
  if (!v || (*v)["until"].as_int().value_or(0) < a.clock.now() || (*v)["issuer"].text() != issuer) return {};
  if (!equal_in_constant_time((*v)["device"].text(), device_mark(device))) return {};
  auto request = AuthorizationRequest::from_json(*v);
  const auto tenant = a.tenant();
  const Client* client = tenant->find_client(request.client_id);
  if (!client || !client->may_redirect_to(request.redirect_uri)) return {};
  return request;
}

Response stale_login_page(const Authority& a) {
  return pages::error({400, "This login page is no longer good", "Go back to the application and log in from there.",
                       "invalid_request: unknown or expired login state",
                       a.dev ? "the page is older than an hour, was opened in another browser, or the browser keeps no "
                               "cookies of this site."
                             : ""});
}

}  // namespace ostia::authority
