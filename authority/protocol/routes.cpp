#include <algorithm>

#include "pages/pages.hpp"
#include "protocol/authority.hpp"

namespace ostia::authority {
namespace {

enum class Cors : std::uint8_t {
  none,    // login pages and redirects: a script of another origin has no business there
  listed,  // origins that an application lists
  open,    // public documents
};

struct Route {
  std::string_view path, method;
  Answering (*endpoint)(Authority&, Request);
  Cors cors;
};

constexpr Route routes[] = {
    {"/.well-known/openid-configuration", "GET", openid_configuration, Cors::open},
    {"/.well-known/jwks.json", "GET", jwks, Cors::open},
    {"/authorize", "GET", authorize, Cors::none},
    {"/authorize", "POST", authorize, Cors::none},
    {"/authorize/resume", "GET", resume, Cors::none},
    {"/u/login", "GET", show_login, Cors::none},
    {"/u/login", "POST", submit_login, Cors::none},
    {"/setup", "GET", show_setup, Cors::none},
    {"/setup", "POST", submit_setup, Cors::none},
    {"/oauth/token", "POST", token, Cors::listed},
    {"/userinfo", "GET", userinfo, Cors::listed},
    {"/userinfo", "POST", userinfo, Cors::listed},
    {"/v2/logout", "GET", logout, Cors::none},
    {"/health/live", "GET", health, Cors::none},
    {"/health/ready", "GET", health, Cors::none},
};

struct Found {
  const Route* route = nullptr;
  std::string methods;  // of the path, for Allow
  Cors cors = Cors::none;
};

Found find(std::string_view path, std::string_view method) {
  Found out;
  for (const auto& route : routes) {
    if (route.path != path) continue;
    if (route.method == method) out.route = &route;
    out.methods.append(out.methods.empty() ? "" : ", ").append(route.method);
    out.cors = route.cors;
  }
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
    response.with("Access-Control-Allow-Origin", origin);
  }
}

Response preflight(const Authority& a, const Request& request, const Found& found) {
  Response response{204, {}, {}};
  allow_origin(a, request, found.cors, response);
  response.with("Access-Control-Allow-Methods", found.methods)
      .with("Access-Control-Allow-Headers", "Auth0-Client, Authorization, Content-Type, X-Request-Language")
      .with("Access-Control-Max-Age", "600");
  return response;
}

// For a person a page, for a program JSON.
Response nothing_here(const Request& request) {
  constexpr const char* text = "There is nothing at this address.";
  if (request.header("accept").find("text/html") == std::string_view::npos) return oauth_error(404, "not_found", text);
  return pages::error(
      {404, request.path == "/" ? "This is an Ostia authority" : "Nothing here",
       request.path == "/" ? "Applications send people here to log in. There is nothing else to see." : text,
       "not_found", ""});
}

}  // namespace

Answering route(Authority& a, Request request) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const Found found = find(request.path, method);
  if (found.methods.empty()) co_return nothing_here(request);
  if (method == "OPTIONS" && found.cors != Cors::none) co_return preflight(a, request, found);
  if (!found.route) {
    Response response = oauth_error(405, "invalid_request", "This address takes " + found.methods + " only.");
    co_return response.with("Allow", found.methods);
  }
  // The endpoint gets the request; what CORS needs of it is kept.
  Request origin_of;
  origin_of.headers = {{"origin", std::string(request.header("origin"))}};
  auto answering = found.route->endpoint(a, std::move(request));
  Response response = co_await std::move(answering);
  allow_origin(a, origin_of, found.cors, response);
  co_return response;
}

}  // namespace ostia::authority
