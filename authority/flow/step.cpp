#include "flow/step.hpp"

#include <algorithm>
#include <stdexcept>

#include "accounts/browsers.hpp"
#include "accounts/endings.hpp"
#include "accounts/notices.hpp"
#include "accounts/users.hpp"

#include "grants/device.hpp"
#include "grants/session_transfer.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"
#include "protocol/first_page.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t state_memory = 7 * 24 * 3600;  // seconds that a long one is kept, to begin anew

std::string device_mark(std::string_view device) { return text::base64url_encode(sha256(device)); }

// The pages that one state is good for: those that lead to each other. What asks for a password is not what adds a key,
// however alike the states look.
std::string_view room_of(std::string_view path) {
  constexpr std::string_view rooms[] = {"/u/mfa",    "/u/passkey/new",    "/u/consent", "/u/account",
                                        "/activate", "/authorize/resume", "/continue",  "/login/callback"};
  for (const auto room : rooms)
    if (path == room || (path.starts_with(room) && path[room.size()] == '/')) return room;
  return "/u/login";
}

json::Value in_browser(const Authority& a, const AuthorizationRequest& request, std::string_view device,
                       std::string_view room) {
  json::Value v = request.to_json();
  v.set("device", device_mark(device));
  v.set("room", room);
  v.set("until", a.clock.now() + state_lifetime);
  return v;
}

// The browser's own name, which it gets with its first page.
std::pair<std::string, bool> device_or_new(const Request& request) {
  std::string device = device_of(request);
  if (!device.empty()) return {std::move(device), false};
  return {random_id(), true};
}

}  // namespace

std::string Step::text(std::string_view key, TextValues values) const {
  if (values.size() > 0) return look.texts.get(key, values);
  return look.texts.get(key, {{"tenant", look.tenant}, {"client", client->name}});
}

namespace {

// What a state says, be it good or not; null if it is none of ours.
Async<json::Value> read_state(Authority& a, std::string state) {
  CO_TRY(const auto text, take_from_address(a, a.states, std::move(state)));
  auto v = text ? json::parse(*text) : Result<json::Value>(json::Value());
  co_return v ? *std::move(v) : json::Value();
}

bool is_of_this_browser(const Request& request, const json::Value& state) {
  const std::string device = read_cookie(request, CookieKind::device);
  return !device.empty() && equal_in_constant_time(state["device"].text(), device_mark(device));
}

// Whether its application may still be answered.
bool may_answer(const Tenant& tenant, const Request& request, const AuthorizationRequest& r) {
  const auto client = tenant.find_client(r.client_id);
  return client && r.issuer == request.issuer &&
         (!r.user_code.empty() || client->may_redirect_to(r.redirect_uri, request.issuer));
}

}  // namespace

Opening open_step(Authority& a, const Request& request, std::string state) {
  CO_AWAIT(const auto read, read_state(a, state));
  if (!read) throw std::runtime_error(read.error().description);  // a failure of ours, and not a stale page
  const json::Value& v = *read;
  if (v["until"].as_int().value_or(0) < a.clock.now() || v["issuer"].text() != request.issuer) co_return std::nullopt;
  if (!is_of_this_browser(request, v) || v["room"].text() != room_of(request.path)) co_return std::nullopt;
  auto r = AuthorizationRequest::from_json(v);
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r.client_id);
  if (!may_answer(*tenant, request, r)) co_return std::nullopt;
  auto look = look_for(*tenant, request, r.ui_locales);
  if (const auto o = r.organization.empty() ? nullptr : tenant->find_organization(r.organization)) {
    look.tenant = o->display_name.empty() ? o->name : o->display_name;
    if (!o->logo.empty()) look.branding.logo = o->logo;
  }
  co_return Step{std::move(r), std::move(state), tenant, client, std::move(look), {}};
}

Opening shown_step(Authority& a, const Request& request) {
  const Parameters query(url::parse_form(request.query));
  CO_RETURN(open_step(a, request, std::string(query.get("state"))));
}

Opening sent_step(Authority& a, const Request& request) {
  Parameters form = read_form(request);
  CO_AWAIT(auto step, open_step(a, request, std::string(form.get("state"))));
  if (step) step->form = std::move(form);
  co_return step;
}

Response stale_page(const Authority& a, const Request& request, std::vector<pages::Link> links) {
  return pages::error(
      look_for(*a.tenant(), request, {}),
      {.status = 400,
       .key = "stale",
       .code = "invalid_request: unknown or expired login state",
       .hint = a.dev ? "the page is older than an hour, was opened in another browser, or the browser keeps no "
                       "cookies of this site."
                     : "",
       .links = std::move(links)});
}

std::vector<pages::Link> way_back(const Authority& a, const pages::Look& look, std::string_view client_id) {
  const auto client = a.tenant()->find_client(client_id);
  if (!client || url::origin_of(client->initiate_login_uri).empty()) return {};
  return {{"", look.texts.get("back_to", {{"client", client->name}}), client->initiate_login_uri}};
}

namespace {

// As it was asked: what the person has done since then is not done any more.
AuthorizationRequest as_asked(AuthorizationRequest r) {
  for (std::string* done :
       {&r.authenticated, &r.selected, &r.consented, &r.extended, &r.extended_for, &r.continues, &r.passkey_offered})
    done->clear();
  return r;
}

// The request in an address of ours, where it can be asked by an address.
std::string address_of(const Tenant& tenant, const AuthorizationRequest& r) {
  std::string url;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) url::append_query(url, name, value);
  };
  if (!r.user_code.empty()) {
    url = "/activate";
    add(is_of_link(r.user_code) ? "request" : "user_code", r.user_code);
    return url;
  }
  if (r.client_id == account_client().id) return "/account";
  const auto client = tenant.find_client(r.client_id);
  if (client->requires_par || client->requires_request_object) return url;
  url = "/authorize";
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"client_id", r.client_id},
                                    {"redirect_uri", r.redirect_uri},
                                    {"response_type", r.response_type},
                                    {"response_mode", r.response_mode},
                                    {"scope", r.scope},
                                    {"audience", r.audience},
                                    {"state", r.state},
                                    {"nonce", r.nonce},
                                    {"prompt", r.prompt},
                                    {"login_hint", r.login_hint},
                                    {"code_challenge", r.code_challenge},
                                    {"dpop_jkt", r.dpop_jkt},
                                    {"connection", r.connection},
                                    {"screen_hint", r.screen_hint},
                                    {"ui_locales", r.ui_locales},
                                    {"acr_values", r.acr_values},
                                    {"organization", r.organization},
                                    {"invitation", r.invitation}})
    add(name, value);
  if (!r.code_challenge.empty()) add("code_challenge_method", "S256");
  if (r.max_age) add("max_age", text::decimal(*r.max_age));
  return url;
}

}  // namespace

boost::asio::awaitable<Response> begin_anew(Authority& a, const Request& request) {
  const Parameters query(url::parse_form(request.query)), form = read_form(request);
  const std::string state(query.has("state") ? query.get("state") : form.get("state"));
  const auto tenant = a.tenant();
  CO_AWAIT(const auto read, read_state(a, state));
  const json::Value v = read ? *read : json::Value();
  if (!v.is_object() && !tenant->default_login.empty()) co_return redirect(tenant->default_login);
  AuthorizationRequest r = v.is_object() ? as_asked(AuthorizationRequest::from_json(v)) : AuthorizationRequest();
  if (!v.is_object() || !may_answer(*tenant, request, r)) co_return stale_page(a, request);
  const std::string address = address_of(*tenant, r);
  // An answer from somewhere else is not asked for again without a word.
  const bool is_page = room_of(request.path) != "/login/callback";
  if (is_page && v["until"].as_int().value_or(0) < a.clock.now() && is_of_this_browser(request, v)) {
    if (!r.user_code.empty() || r.client_id == account_client().id) co_return redirect(address);
    CO_RETURN(show_step(a, request, std::move(r), "/authorize/resume"));
  }
  const auto look = look_for(*tenant, request, r.ui_locales);
  auto links = way_back(a, look, r.client_id);
  if (links.empty() && !address.empty()) links.push_back({"", look.texts.get("error.begin_again"), address});
  co_return stale_page(a, request, std::move(links));
}

Showing show_step(Authority& a, const Request& request, AuthorizationRequest r, std::string path) {
  CO_RETURN(leave_with_state(a, request, std::move(r), room_of(path), [path](const std::string& state) {
    std::string url = path;
    url::append_query(url, "state", state);
    return url;
  }));
}

Showing leave_step(Authority& a, const Request& request, AuthorizationRequest r, std::string url) {
  CO_RETURN(leave_with_state(a, request, std::move(r), "/continue", [url](const std::string& state) {
    std::string to = url;
    url::append_query(to, "state", state);
    return to;
  }));
}

Showing leave_with_state(Authority& a, const Request& request, AuthorizationRequest r, std::string_view back,
                         MakeUrl make_url, std::size_t longest) {
  const auto [device, is_new] = device_or_new(request);
  std::vector<Statement> keep;
  const std::string state = put_into_address(a.states, json::write(in_browser(a, r, device, back)),
                                             a.clock.now() + state_memory, keep, longest);
  if (!keep.empty()) {
    CO_AWAIT(const auto kept, a.store.commit(std::move(keep)));
    if (!kept) throw std::runtime_error(kept.error().description);
  }
  Response response = redirect(make_url(state));
  if (is_new) name_device(response, request, device);
  co_return response;
}

std::string seal_for_browser(const Authority& a, const Request& request, Response& response, std::string_view purpose,
                             std::int64_t seconds) {
  const auto [device, is_new] = device_or_new(request);
  if (is_new) name_device(response, request, device);
  return seal_ticket(a, purpose, json::Value::object({{"device", device_mark(device)}}), seconds);
}

bool is_of_browser(const Authority& a, const Request& request, std::string_view purpose, std::string_view ticket) {
  const auto v = open_ticket(a, purpose, ticket);
  const std::string device = read_cookie(request, CookieKind::device);
  return v && !device.empty() && equal_in_constant_time((*v)["device"].text(), device_mark(device));
}

namespace {

constexpr std::int64_t link_page_lifetime = 3600;  // seconds

}  // namespace

Response link_page(const Authority& a, const Request& request, const pages::Look& look, pages::FormPage page,
                   std::string_view purpose) {
  Response cookies;
  page.hidden.emplace_back("browser", seal_for_browser(a, request, cookies, purpose, link_page_lifetime));
  Response response = pages::form(look, page);
  for (auto& [name, value] : cookies.headers) response.with(std::move(name), std::move(value));
  return response;
}

std::optional<Response> refuse_robot(const Authority& a, const Request& request, const Parameters& form,
                                     std::string_view purpose, std::string path_and_query) {
  if (is_of_browser(a, request, purpose, form.get("browser"))) return {};
  const auto look = look_for(*a.tenant(), request, {});
  return pages::error(look, {.status = 400,
                             .key = "link_cookie",
                             .code = "invalid_request: the page was not opened in this browser, or an hour ago",
                             .links = {{"", look.texts.get("error.try_again"), std::move(path_and_query)}}});
}

std::string first_page(const Tenant& tenant, const Client& client, const AuthorizationRequest& r, bool has_session) {
  using protocol::FirstPage;
  const Doors doors(tenant, client, r.organization);
  const auto connection = doors.find(r.connection);
  const auto fits = [&](const Connection& c) { return c.is_passwordless() && doors.admit(c); };
  const auto page = protocol::first_page(
      {.lacks_organization = client.requires_organization && r.organization.empty(),
       .chooses_account = has_session && r.prompts("select_account") && r.selected.empty(),
       .names_passwordless = connection && connection->is_passwordless(),
       .screen_hint = r.screen_hint,
       .has_database = !doors.databases().empty(),
       .has_passwordless = std::any_of(tenant.connections.begin(), tenant.connections.end(), fits)});
  switch (page) {
    case FirstPage::organization: return "/u/organization";
    case FirstPage::account: return "/u/account";
    case FirstPage::passwordless: return "/u/passwordless";
    case FirstPage::signup: return "/u/signup";
    case FirstPage::reset_password: return "/u/reset-password/request";
    case FirstPage::login: break;
  }
  return "/u/login";
}

Async<std::optional<SignedIn>> current_session(Authority& a, const Request& request) {
  const std::string cookie = read_cookie(request, CookieKind::session);
  CO_TRY(auto who, find_session(a.store, cookie, a.clock.now(), a.tenant()->session_limits()));
  // AZ-220 · Auth0: blocked users
  if (who && who->user.blocked) co_return std::optional<SignedIn>();
  if (who) {
    const json::Value& transfer = who->session.body["transfer"];
    CO_TRY(const auto has_ended, transfer_has_ended(a, transfer["grant"].text(), transfer["client_id"].text()));
    if (has_ended) co_return std::optional<SignedIn>();
  }
  co_return who;
}

// ASVS 6.3.5
std::optional<Statement> notice_of_browser(const Authority& a, const Request& request, const User& user,
                                           const BrowserSeen& seen) {
  if (!a.tenant()->tells_of_new_browsers || (!seen.is_new && !seen.is_elsewhere)) return {};
  return notice(a, request, user, {seen.is_new ? Notice::new_browser : Notice::new_country});
}

Async<NewSession> make_session(Authority& a, const Request& request, User user, json::Value body,
                               std::optional<std::int64_t> auth_time) {
  const std::string old_cookie = read_cookie(request, CookieKind::session);
  CO_TRY(const auto old, find_session_to_end(a.store, old_cookie));
  if (old && old->user_id != user.id) CO_TRY_VOID(end_sessions(a, {.session_id = old->id}));
  if (!body.is_object()) body = json::Value::object();
  body.set("connection", user.login_connection());
  body.set("address", request.peer);
  body.set("user_agent", request.header("user-agent").substr(0, 300));
  CO_TRY(auto seen, browser_seen(a, request, user.id));
  if (!seen.mark.empty()) body.set("browser", seen.mark);
  SessionLimits limits = a.tenant()->session_limits();
  // What ends a grant is not remembered for longer, and such a session ends with one.
  if (body["transfer"].is_object()) limits.absolute = std::min(limits.absolute, longest_access_token);
  CO_TRY(auto cookie, start_session(a.store, user, std::move(body), a.clock.now(), limits, auth_time));
  CO_TRY(const auto found, find_session(a.store, cookie, a.clock.now(), limits));
  if (!found) throw NotThere("the account has gone");
  std::vector<Statement> statements = std::move(seen.keep);
  if (old && old->user_id == user.id) append(statements, replace_session(old_cookie, found->session.id));
  if (auto mail = notice_of_browser(a, request, user, seen)) statements.push_back(*std::move(mail));
  if (!statements.empty()) CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  co_return NewSession{{found->session, std::move(user)}, cookie};
}

boost::asio::awaitable<Response> finish_login(Authority& a, const Request& request, AuthorizationRequest r, User user,
                                              json::Value body) {
  const Request named = with_device(request);
  CO_AWAIT(const auto made, make_session(a, named, user, std::move(body)));
  if (!made) co_return pages::trouble(look_for(*a.tenant(), request, r.ui_locales), made.error());
  r.authenticated = made->who.session.id;
  record(a, request,
         {.type = "s",
          .description = "Logged in",
          .client_id = r.client_id,
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.login_connection()});
  CO_AWAIT(Response response, show_step(a, named, r, "/authorize/resume"));
  name_device(response, named, device_of(named));
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
