#include "flow/step.hpp"
#include "accounts/users.hpp"

#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t lifetime = 3600;  // seconds, for somebody who looks for a password

std::string device_mark(std::string_view device) { return text::base64url_encode(sha256(device)); }

std::string seal(const Authority& a, const AuthorizationRequest& request, std::string_view device) {
  json::Value v = request.to_json();
  v.set("device", device_mark(device));
  v.set("until", a.clock.now() + lifetime);
  return a.states.seal(json::write(v));
}

}  // namespace

std::string Step::text(std::string_view key, TextValues values) const {
  if (values.size() > 0) return look.texts.get(key, values);
  return look.texts.get(key, {{"tenant", look.tenant}, {"client", client->name}});
}

std::optional<Step> open_step(const Authority& a, const Request& request, std::string_view state) {
  const auto text = a.states.open(state);
  const std::string device = read_cookie(request, CookieKind::device);
  if (!text || device.empty()) return {};
  const auto v = json::parse(*text);
  if (!v || (*v)["until"].as_int().value_or(0) < a.clock.now() || (*v)["issuer"].text() != request.issuer) return {};
  if (!equal_in_constant_time((*v)["device"].text(), device_mark(device))) return {};
  auto r = AuthorizationRequest::from_json(*v);
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r.client_id);
  if (!client || (r.user_code.empty() && !client->may_redirect_to(r.redirect_uri, request.issuer))) return {};
  auto look = look_for(*tenant, request, r.ui_locales);
  if (const auto o = r.organization.empty() ? nullptr : tenant->find_organization(r.organization)) {
    look.tenant = o->display_name.empty() ? o->name : o->display_name;
    if (!o->logo.empty()) look.branding.logo = o->logo;
  }
  return Step{std::move(r), std::string(state), tenant, client, std::move(look), {}};
}

std::optional<Step> shown_step(const Authority& a, const Request& request) {
  const Parameters query(url::parse_form(request.query));
  return open_step(a, request, query.get("state"));
}

std::optional<Step> sent_step(const Authority& a, const Request& request) {
  Parameters form = read_form(request);
  auto step = open_step(a, request, form.get("state"));
  if (step) step->form = std::move(form);
  return step;
}

Response stale_page(const Authority& a, const Request& request) {
  return pages::error(look_for(*a.tenant(), request, {}),
                      {400, "stale", "invalid_request: unknown or expired login state",
                       a.dev ? "the page is older than an hour, was opened in another browser, or the browser keeps no "
                               "cookies of this site."
                             : ""});
}

Response show_step(const Authority& a, const Request& request, const AuthorizationRequest& r, std::string_view path) {
  return leave_step(a, request, r, std::string(path));
}

Response leave_step(const Authority& a, const Request& request, const AuthorizationRequest& r, std::string url) {
  return leave_with_state(a, request, r, [&](const std::string& state) {
    url::append_query(url, "state", state);
    return url;
  });
}

Response leave_with_state(const Authority& a, const Request& request, const AuthorizationRequest& r,
                          const MakeUrl& make_url) {
  std::string device = read_cookie(request, CookieKind::device);
  const bool is_new = device.size() != 43;
  if (is_new) device = random_id();
  Response response = redirect(make_url(seal(a, r, device)));
  if (is_new) set_cookie(response, request, CookieKind::device, device, 365 * 24 * 3600);
  return response;
}

std::string_view first_page(const Tenant& tenant, const Client& client, const AuthorizationRequest& r,
                            bool has_session) {
  if (client.requires_organization && r.organization.empty()) return "/u/organization";
  if (has_session && r.prompts("select_account") && r.selected.empty()) return "/u/account";
  const Doors doors(tenant, client, r.organization);
  const auto connection = doors.find(r.connection);
  if (connection && connection->is_passwordless()) return "/u/passwordless";
  if (r.screen_hint == "signup") return "/u/signup";
  if (r.screen_hint == "reset-password") return "/u/reset-password/request";
  const bool has_database = !doors.databases().empty();
  const auto fits = [&](const Connection& c) { return c.is_passwordless() && doors.admit(c); };
  if (!has_database && std::any_of(tenant.connections.begin(), tenant.connections.end(), fits))
    return "/u/passwordless";
  return "/u/login";
}

Async<NewSession> make_session(Authority& a, const Request& request, User user, json::Value body) {
  CO_TRY_VOID(end_session(a.store, read_cookie(request, CookieKind::session)));
  if (!body.is_object()) body = json::Value::object();
  body.set("connection", user.login_connection());
  body.set("address", request.peer);
  body.set("user_agent", request.header("user-agent").substr(0, 300));
  CO_TRY(auto cookie, start_session(a.store, user.id, std::move(body), a.clock.now(), a.tenant()->session_limits()));
  CO_TRY(const auto found, find_session(a.store, cookie, a.clock.now(), a.tenant()->session_limits()));
  if (!found) throw NotThere("the account has gone");
  co_return NewSession{{found->session, std::move(user)}, cookie};
}

boost::asio::awaitable<Response> finish_login(Authority& a, const Request& request, AuthorizationRequest r, User user,
                                              json::Value body) {
  CO_AWAIT(const auto made, make_session(a, request, user, std::move(body)));
  if (!made) co_return pages::error(look_for(*a.tenant(), request, r.ui_locales), {500, "ours", "server_error", {}});
  r.authenticated = made->who.session.id;
  record(a, request, {"s", "Logged in", r.client_id, user.id, user.login_name(), user.login_connection(), {}});
  Response response = show_step(a, request, r, "/authorize/resume");
  set_cookie(response, request, CookieKind::session, made->cookie, a.tenant()->session_limits().absolute);
  co_return response;
}

std::string alert_for(const pages::Look& look, const Error& error) {
  const std::string key =
      "alert." +
      (error.reason == "username_exists" || error.reason == "signup_disabled" ? "user_exists" : error.reason);
  return look.texts.get(look.texts.has(key) ? key : "alert.ours");
}

}  // namespace ostia::authority
