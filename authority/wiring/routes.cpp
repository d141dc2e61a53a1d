#include <algorithm>
#include <boost/asio.hpp>

#include "base/log.hpp"
#include "dashboard/endpoints.hpp"
#include "dev/endpoints.hpp"
#include "dev/faults.hpp"
#include "embedded/endpoints.hpp"
#include "endpoints/endpoints.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "grants/proof.hpp"
#include "limits/limits.hpp"
#include "logs/acts.hpp"
#include "logs/journal.hpp"
#include "management/call.hpp"
#include "management/endpoints.hpp"
#include "operations/proxy_notes.hpp"
#include "operations/trace.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "pages/browser.hpp"
#include "pages/old_cookies.hpp"
#include "self_service/endpoints.hpp"
#include "tenant/reading.hpp"
#include "wiring/routes.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;

enum class Cors : std::uint8_t {
  none,          // login pages and redirects: a script of another origin has no business there
  listed,        // origins that an application lists
  with_cookies,  // the same, and the browser's cookies go along
  open,          // public documents
};

struct Route {
  std::string_view path, method;
  Answering (*endpoint)(Authority&, Request);
  Cors cors;
};

constexpr Route routes[] = {
    {"/.well-known/openid-configuration", "GET", openid_configuration, Cors::open},
    {"/.well-known/oauth-authorization-server", "GET", openid_configuration, Cors::open},
    {"/.well-known/assetlinks.json", "GET", asset_links, Cors::open},
    {"/.well-known/apple-app-site-association", "GET", apple_app_site_association, Cors::open},
    {"/apple-app-site-association", "GET", apple_app_site_association, Cors::open},
    {"/.well-known/change-password", "GET", change_password_page, Cors::none},
    {"/.well-known/jwks.json", "GET", jwks, Cors::open},
    {"/pem", "GET", certificate, Cors::open},
    {"/cer", "GET", certificate, Cors::open},
    {"/authorize", "GET", authorize, Cors::none},
    {"/authorize", "POST", authorize, Cors::none},
    {"/authorize/resume", "GET", resume, Cors::none},
    {"/continue", "GET", come_back, Cors::none},
    {"/continue", "POST", come_back, Cors::none},
    {"/oauth/par", "POST", pushed_authorization, Cors::none},
    {"/oauth/token", "POST", token, Cors::listed},
    {"/oauth/revoke", "POST", revoke, Cors::listed},
    {"/oauth/introspect", "POST", introspect, Cors::none},
    {"/oidc/register", "POST", register_application, Cors::open},
    {"/info-v1.js", "GET", lock_tenant, Cors::none},
    {"/oauth/device/code", "POST", device_code, Cors::listed},
    {"/bc-authorize", "POST", backchannel_authentication, Cors::none},
    {"/passkey/challenge", "POST", passkey_challenge, Cors::listed},
    {"/passkey/register", "POST", passkey_register, Cors::listed},
    {"/userinfo", "GET", userinfo, Cors::listed},
    {"/userinfo", "POST", userinfo, Cors::listed},
    {"/tokeninfo", "POST", tokeninfo, Cors::listed},
    {"/v2/logout", "GET", logout, Cors::none},
    {"/v2/logout/callback", "GET", upstream_logout_callback, Cors::none},
    {"/oidc/logout", "GET", oidc_logout, Cors::none},
    {"/oidc/logout", "POST", oidc_logout, Cors::none},
    {"/oidc/logout/confirm", "POST", submit_oidc_logout, Cors::none},

    {"/u/login", "GET", show_login, Cors::none},
    {"/u/login", "POST", submit_login, Cors::none},
    {"/u/signup", "GET", show_signup, Cors::none},
    {"/u/signup", "POST", submit_signup, Cors::none},
    {"/u/reset-password/request", "GET", show_reset_request, Cors::none},
    {"/u/reset-password/request", "POST", submit_reset_request, Cors::none},
    {"/u/reset-password", "GET", show_reset, Cors::none},
    {"/u/reset-password", "POST", submit_reset, Cors::none},
    {"/u/passwordless", "GET", show_passwordless, Cors::none},
    {"/u/passwordless", "POST", submit_passwordless, Cors::none},
    {"/u/passwordless/code", "POST", submit_passwordless_code, Cors::none},
    {"/u/organization", "GET", show_organization, Cors::none},
    {"/u/organization", "POST", submit_organization, Cors::none},
    {"/u/passkey", "GET", show_passkey, Cors::none},
    {"/u/passkey", "POST", submit_passkey, Cors::none},
    {"/u/passkey/new", "GET", show_new_passkey, Cors::none},
    {"/u/passkey/new", "POST", submit_new_passkey, Cors::none},
    {"/u/upstream", "GET", show_upstream, Cors::none},
    {"/u/consent", "GET", show_consent, Cors::none},
    {"/u/consent", "POST", submit_consent, Cors::none},
    {"/u/account", "GET", show_picker, Cors::none},
    {"/u/account", "POST", submit_picker, Cors::none},
    {"/u/mfa", "GET", show_second_factor, Cors::none},
    {"/u/mfa", "POST", submit_second_factor, Cors::none},
    {"/u/mfa/other", "GET", show_other_factors, Cors::none},
    {"/u/mfa/enrol", "GET", show_enrolment, Cors::none},
    {"/u/mfa/enrol", "POST", submit_enrolment, Cors::none},
    {"/u/mfa/recovery-code", "POST", submit_recovery_shown, Cors::none},
    {"/u/email-verification", "GET", show_email_verification, Cors::none},
    {"/u/email-verification", "POST", submit_email_verification, Cors::none},
    {"/u/unblock", "GET", show_unblock, Cors::none},
    {"/u/unblock", "POST", submit_unblock, Cors::none},
    {"/activate", "GET", show_activate, Cors::none},
    {"/activate", "POST", submit_activate, Cors::none},
    {"/activate/confirm", "GET", show_activate, Cors::none},
    {"/activate/confirm", "POST", submit_activate, Cors::none},
    {"/account", "GET", show_account, Cors::none},
    {"/account", "POST", submit_account, Cors::none},
    {"/account/password", "GET", show_own_password, Cors::none},
    {"/account/password", "POST", submit_own_password, Cors::none},
    {"/account/not-me", "GET", show_not_me, Cors::none},
    {"/account/not-me", "POST", submit_not_me, Cors::none},
    {"/setup", "GET", show_setup, Cors::none},
    {"/setup", "POST", submit_setup, Cors::none},

    {"/mfa/associate", "POST", mfa_associate, Cors::listed},
    {"/mfa/challenge", "POST", mfa_challenge, Cors::listed},
    {"/mfa/authenticators", "GET", mfa_authenticators, Cors::listed},

    {"/co/authenticate", "POST", co_authenticate, Cors::with_cookies},
    {"/co/verify", "POST", verify_cross_origin, Cors::none},
    {"/dbconnections/signup", "POST", signup, Cors::listed},
    {"/dbconnections/signup/challenge", "POST", challenge, Cors::listed},
    {"/dbconnections/change_password", "POST", change_password_request, Cors::listed},
    {"/dbconnections/change_password/challenge", "POST", challenge, Cors::listed},
    {"/passwordless/start", "POST", passwordless_start, Cors::listed},
    {"/passwordless/verify", "POST", passwordless_verify, Cors::listed},
    {"/passwordless/verify_redirect", "GET", show_verify_redirect, Cors::none},
    {"/passwordless/verify_redirect", "POST", submit_verify_redirect, Cors::none},
    {"/passwordless/challenge", "POST", challenge, Cors::listed},
    {"/usernamepassword/login", "POST", hosted_login, Cors::none},
    {"/usernamepassword/challenge", "POST", challenge, Cors::listed},
    {"/login/callback", "GET", upstream_callback, Cors::none},
    {"/login/callback", "POST", login_callback, Cors::none},
    {"/user/ssodata", "GET", ssodata, Cors::with_cookies},
    {"/user/geoloc/country", "GET", country, Cors::with_cookies},

    {"/health/live", "GET", health, Cors::none},
    {"/health/ready", "GET", health, Cors::none},
};

// With `--dev` only: without it there is nothing at these addresses.
constexpr Route dev_routes[] = {
    {"/_dev/messages", "GET", dev_messages, Cors::none},
    {"/_dev/clock", "GET", dev_clock, Cors::none},
    {"/_dev/clock", "POST", dev_clock, Cors::none},
    {"/_dev/faults", "POST", dev_faults, Cors::none},
    {"/_dev/faults", "DELETE", dev_faults, Cors::none},
    {"/_dev/snapshot", "POST", dev_snapshot, Cors::none},
    {"/_dev/reset", "POST", dev_reset, Cors::none},
    {"/_dev/logs", "GET", dev_logs, Cors::none},
    {"/_dev/upstream/authorize", "GET", show_stand_in, Cors::none},
    {"/_dev/upstream/authorize", "POST", submit_stand_in, Cors::none},
    {"/_dev/upstream/token", "POST", stand_in_token, Cors::none},
    {"/_dev/upstream/userinfo", "GET", stand_in_userinfo, Cors::none},
};

struct Endpoint {
  const Route* route = nullptr;
  std::string methods;  // of the path, for Allow
  Cors cors = Cors::none;
};

template <class Routes>
void look_in(const Routes& routes_, std::string_view path, std::string_view method, Endpoint& out) {
  for (const auto& route : routes_) {
    if (route.path != path) continue;
    if (route.method == method) out.route = &route;
    out.methods.append(out.methods.empty() ? "" : ", ").append(route.method);
    out.cors = route.cors;
  }
}

Endpoint find(const Authority& a, std::string_view path, std::string_view method) {
  Endpoint out;
  look_in(routes, path, method, out);
  if (a.dev) look_in(dev_routes, path, method, out);
  return out;
}

void allow_origin(const Authority& a, const Request& request, Cors cors, Response& response) {
  if (cors == Cors::none) return;
  const std::string origin(request.header("origin"));
  if (cors == Cors::open) {
    response.with("Access-Control-Allow-Origin", "*");
  } else {
    response.with("Vary", "Origin");
    if (!a.tenant()->allows_origin(origin)) return;
    response.with("Access-Control-Allow-Origin", origin)
        .with("Access-Control-Expose-Headers",
              "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, DPoP-Nonce, WWW-Authenticate");
    if (cors == Cors::with_cookies) response.with("Access-Control-Allow-Credentials", "true");
  }
}

Response preflight(const Authority& a, const Request& request, const Endpoint& found) {
  Response response{204, {}, {}};
  allow_origin(a, request, found.cors, response);
  response.with("Access-Control-Allow-Methods", found.methods)
      .with("Access-Control-Allow-Headers",
            // Where no cookies go along, a header of a library's own harms nobody.
            std::string("Auth0-Client, Authorization, Content-Type, X-Request-Language, DPoP, MCP-Protocol-Version") +
                (found.cors == Cors::with_cookies ? "" : ", *"))
      .with("Access-Control-Max-Age", "600");
  return response;
}

// For a person a page, for a program JSON.
Response nothing_here(const Authority& a, const Request& request) {
  if (request.header("accept").find("text/html") == std::string_view::npos)
    return oauth_error(404, "not_found", "There is nothing at this address.");
  return pages::error(look_for(*a.tenant(), request, {}),
                      {.status = 404, .key = request.path == "/" ? "root" : "nothing_here", .code = "not_found"});
}

// The domain that was asked decides the issuer: a custom domain's name with the port that the canonical one has, or
// else the address that the request came to.
std::string issuer_for(const Authority& a, const Request& request) {
  const std::string host = text::lower(request.header("host").substr(0, request.header("host").find(':')));
  const auto tenant = a.tenant();
  if (host.empty() || !request.is_secure() || !contains(tenant->custom_domains, host)) return request.issuer;
  const auto canonical = url::parse(a.issuer);
  return "https://" + host + (canonical->port.empty() ? "" : ":" + std::string(canonical->port)) + "/";
}

// People are sent to the stand-in by whatever application they come from, and a browser hides where its form was: it
// does nothing but send them back to their own login.
constexpr std::string_view stand_in_page = "/_dev/upstream/authorize";

// `/_dev/` does what it is told, so no page of another site may tell it anything.
bool is_foreign_page(const Authority& a, const Request& request) {
  // A name of theirs that leads to this machine (DNS rebinding) would make their page one of ours.
  const std::string_view header = request.header("host");
  const std::string_view host = header.substr(0, header.starts_with('[') ? header.find(']') + 1 : header.find(':'));
  const auto issuer = url::parse(request.issuer);
  if (!url::is_loopback_host(host) && host != issuer->host) return true;
  const std::string_view origin = request.header("origin");
  if (!origin.empty())
    return origin != std::string_view(request.issuer).substr(0, request.issuer.size() - 1) &&
           !a.tenant()->allows_origin(origin);
  return request.header("sec-fetch-site") == "cross-site";
}

// Probes, and what is for development only.
bool is_free(std::string_view path) { return path.starts_with("/health/") || path.starts_with("/_dev/"); }

Response from_fault(const dev::Fault& fault) {
  if (fault.cut) return {0, {}, {}};
  return {
      fault.status, {{"Content-Type", fault.body.starts_with('{') ? "application/json" : "text/plain"}}, fault.body};
}

// Whatever stands after these.
constexpr Route export_route{"/exports/", "GET", download_export, Cors::none};
constexpr Route resource_route{"/.well-known/oauth-protected-resource/", "GET", protected_resource, Cors::open};
constexpr Route avatar_route{"/avatars/", "GET", avatar, Cors::open};
constexpr Route lock_route{"/client/", "GET", lock_client, Cors::none};
constexpr Route registration_routes[] = {{"/oidc/register/", "GET", manage_registration, Cors::open},
                                         {"/oidc/register/", "PUT", manage_registration, Cors::open},
                                         {"/oidc/register/", "DELETE", manage_registration, Cors::open}};
constexpr Route authenticator_route{"/mfa/authenticators/", "DELETE", mfa_remove_authenticator, Cors::listed};
constexpr Route dashboard_route{"/dashboard", "GET", show_dashboard, Cors::none};
constexpr Route management_route{"/api/v2/", "", management::manage, Cors::listed};

Endpoint find_endpoint(const Authority& a, const Request& request, std::string_view method) {
  if (request.path.starts_with(export_route.path) && method == "GET") return {&export_route, "GET", Cors::none};
  if (request.path.starts_with(resource_route.path))
    return {method == "GET" ? &resource_route : nullptr, "GET", Cors::open};
  if (request.path.starts_with(avatar_route.path))
    return {method == "GET" ? &avatar_route : nullptr, "GET", Cors::open};
  if (request.path.starts_with(lock_route.path) && request.path.ends_with(".js"))
    return {method == "GET" ? &lock_route : nullptr, "GET", Cors::none};
  if (request.path.starts_with(registration_routes[0].path)) {
    const auto* route = std::find_if(std::begin(registration_routes), std::end(registration_routes),
                                     [&](const Route& one) { return one.method == method; });
    return {route == std::end(registration_routes) ? nullptr : route, "GET, PUT, DELETE", Cors::open};
  }
  if (request.path.starts_with(authenticator_route.path))
    return {method == "DELETE" ? &authenticator_route : nullptr, "DELETE", Cors::listed};
  if (request.path == dashboard_route.path || request.path.starts_with("/dashboard/"))
    return {method == "GET" ? &dashboard_route : nullptr, "GET", Cors::none};
  if (!request.path.starts_with(management_route.path)) return find(a, request.path, method);
  if (method != "OPTIONS") return {&management_route, std::string(method), Cors::listed};
  return {nullptr, management::methods_at(request.path), Cors::listed};
}

std::string method_of(const Request& request) { return request.method == "HEAD" ? "GET" : request.method; }

// What only administrators use, where the operator says from where (`--admin-network`).
bool is_kept_out(const Authority& a, const Request& request) {
  const std::string& path = request.path;
  const bool is_theirs = path == "/setup" || path == "/dashboard" || path.starts_with("/dashboard/") ||
                         path.starts_with(management_route.path);
  return is_theirs && !a.administrators.empty() && !a.administrators.contains(request.peer);
}

// ASVS 8.4.2
Response keep_out(const Authority& a, const Request& request) {
  log_event("warning", "admin_network_refused", {{"peer", request.peer}, {"path", request.path}});
  if (!request.path.starts_with(management_route.path))
    return pages::error(look_for(*a.tenant(), request, {}),
                        {.status = 403,
                         .key = "admin_network",
                         .code = "access_denied: " + request.peer + " is not one of the networks of --admin-network"});
  return json_response(403, json::Value::object({{"statusCode", 403},
                                                 {"error", "Forbidden"},
                                                 {"message", "This authority is not administered from " + request.peer +
                                                                 ": its operator names the networks with "
                                                                 "--admin-network."},
                                                 {"errorCode", "network_not_allowed"}}));
}

Answering dispatch(Authority& a, Request request, const Endpoint& found) {
  const std::string method = method_of(request);
  if (is_kept_out(a, request)) co_return keep_out(a, request);
  if (found.methods.empty()) co_return nothing_here(a, request);
  if (method == "OPTIONS" && found.cors != Cors::none) co_return preflight(a, request, found);
  if (!found.route) {
    Response response = oauth_error(405, "invalid_request", "This address takes " + found.methods + " only.");
    co_return response.with("Allow", found.methods);
  }
  const bool is_for_all = request.path == stand_in_page;
  if (request.path.starts_with("/_dev/") && !is_for_all && is_foreign_page(a, request))
    co_return oauth_error(403, "access_denied", "/_dev/ is not for pages of other sites.");
  // The endpoint gets the request; what CORS needs of it is kept.
  Request origin_of;
  origin_of.headers = {{"origin", std::string(request.header("origin"))}};
  const bool has_proof = !request.header("dpop").empty();
  CO_AWAIT(Response response, found.route->endpoint(a, std::move(request)));
  // AZ-643 · RFC 9449 section 8.2
  if (has_proof) response.with("DPoP-Nonce", new_dpop_nonce(a));
  allow_origin(a, origin_of, found.cors, response);
  co_return response;
}

// What metrics call an endpoint: as many names as there are routes.
std::string name_of(const Endpoint& found, std::string_view path) {
  if (!found.route) return "none";
  if (found.route != &management_route) return std::string(found.route->path);
  const auto noun = path.substr(management_route.path.size());
  return management::methods_at(path).empty()
             ? "none"
             : std::string(management_route.path).append(noun.substr(0, noun.find('/')));
}

Answering with_faults(Authority& a, Request request, const Endpoint& found) {
  std::optional<dev::Fault> fault;
  if (a.faults && !request.path.starts_with("/_dev/")) fault = a.faults->take(request.method, request.path);
  if (fault && fault->delay_ms > 0) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::milliseconds(fault->delay_ms));
    co_await timer.async_wait(asio::use_awaitable);
  }
  if (fault && (fault->cut || fault->status != 0)) {
    Response response = from_fault(*fault);
    allow_origin(a, request, found.cors, response);  // so that a page gets to see it
    co_return response;
  }
  CO_RETURN(dispatch(a, std::move(request), found));
}

// The tenant has been changed while somebody was on their way.
Response not_there(const Authority& a, const Request& about, const NotThere& e) {
  const std::string what = std::string("Something has been changed meanwhile: ") + e.what() + ". Begin again.";
  if (about.path.starts_with(management_route.path))
    return json_response(404, json::Value::object({{"statusCode", 404}, {"error", "Not Found"}, {"message", what}}));
  constexpr std::string_view pages_begin_with[] = {
      "/u/", "/authorize", "/continue", "/activate", "/account", "/login/", "/passwordless/verify_redirect"};
  const bool is_page = std::any_of(std::begin(pages_begin_with), std::end(pages_begin_with),
                                   [&](auto begin) { return about.path.starts_with(begin); });
  return is_page ? stale_page(a, about) : oauth_error(400, "invalid_request", what);
}

// What is still known of a request once its endpoint has it.
Request about_of(const Request& request) {
  return {request.method, request.path, {}, {}, {}, request.issuer, request.peer, request.id};
}

// A defect costs its own request an answer, and nobody else's.
Answering guarded(Authority& a, Request request, const Endpoint& found) {
  const std::string id = request.id;
  Request about = about_of(request);
  try {
    CO_RETURN(with_faults(a, std::move(request), found));
  } catch (const NotThere& e) {
    co_return not_there(a, about, e);
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted)  // the server has given up on it, and has said so
      co_return oauth_error(503, "temporarily_unavailable", "The server could not answer in time.");
    log_event("error", "request_failed", {{"what", e.what()}, {"request_id", id}});
  } catch (const std::exception& e) {
    log_event("error", "request_failed", {{"what", e.what()}, {"request_id", id}});
  }
  co_return oauth_error(500, "server_error", "The server could not answer; its log says why.");
}

// Whose request it is, and what it is called, before anybody looks at it.
void settle_origin(Authority& a, Request& request) {
  const std::string hop = request.peer;
  const bool is_from_proxy = a.forwarding.proxies.contains(hop);
  const auto client = client_address(hop, request.header(a.forwarding.header_name()), a.forwarding);
  if (a.proxy_notes) {
    if (!client.unreadable.empty()) a.proxy_notes->unreadable(hop, client);
    if (!is_from_proxy && !request.header(a.forwarding.header_name()).empty()) a.proxy_notes->untrusted(hop);
  }
  keep_what_a_hop_may_say(request, is_from_proxy ? Hop::proxy : a.dev ? Hop::developer : Hop::client);
  request.peer = client.address;
  request.id = id_of(request);
}

// What is away, full or busy may be back by then.
void suggest_retry(Response& response) {
  const bool says_when = std::any_of(response.headers.begin(), response.headers.end(),
                                     [](const auto& header) { return header.first == "Retry-After"; });
  if (response.status == 503 && !says_when) response.with("Retry-After", "2");
}

}  // namespace

Answering route(Authority& a, Request request) {
  settle_origin(a, request);
  request.issuer = issuer_for(a, request);
  const auto renamed = rename_old_cookies(request, a.clock.now());
  const Endpoint found = find_endpoint(a, request, method_of(request));
  const Trace trace(a, request, name_of(found, request.path));
  const std::string id = request.id;
  Request about = about_of(request);
  const auto allowance = is_free(request.path) ? Allowance{} : take_request(a, request);
  Response response;
  if (allowance.is_allowed) {
    const auto acts = request.acts = std::make_shared<Acts>();
    CO_AWAIT(response, guarded(a, std::move(request), found));
    CO_IGNORE(keep_acts(a, acts));
    tell(a, allowance, response);
  } else {
    response = too_many_requests(a, request, allowance);
  }
  trace.end(response.status);
  suggest_retry(response);
  if (!renamed.empty()) replace_old_cookies(response, about, renamed, a.tenant()->session_limits().absolute);
  tell_browser(response, {.path = about.path,
                          .is_for_all = found.cors == Cors::open,
                          .asks_for_https = a.asks_for_https && about.is_secure()});
  response.with("X-Request-Id", id);
  co_return response;
}

}  // namespace ostia::authority
