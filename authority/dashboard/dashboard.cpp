// `/dashboard`: the single-page application of `dashboard/`, whose files are part of this program, and the preview of a
// login page that it shows. What it does it does by the Management API.
#include <algorithm>

#include "dashboard/endpoints.hpp"
#include "dashboard/files.hpp"
#include "flow/step.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {

namespace {

using dashboard::File;

constexpr std::string_view root = "/dashboard";

const File* find_file(std::string_view path) {
  static const std::vector<File> files = dashboard::dashboard_files();
  const auto it = std::find_if(files.begin(), files.end(), [&](const File& f) { return f.path == path; });
  return it == files.end() ? nullptr : &*it;
}

const char* type_of(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

// A file, packed for those who take that.
Response send(const Request& request, const File& file) {
  Response response{200, {{"Content-Type", type_of(file.path)}, {"Vary", "Accept-Encoding"}}, {}};
  const File* packed = find_file(std::string(file.path) + ".br");
  const bool takes_packed = request.header("accept-encoding").find("br") != std::string_view::npos;
  if (packed && takes_packed) response.with("Content-Encoding", "br");
  response.body = packed && takes_packed ? packed->content : file.content;
  return response;
}

Response send_page(const Request& request, const File& file) {
  return send(request, file)
      .with("Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
            "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
      .with("X-Frame-Options", "DENY")
      .with("Referrer-Policy", "no-referrer")
      .with("Cache-Control", "no-store");
}

// A login page with a branding that is not kept yet. Nobody but the dashboard gets to see it: with a logo of their
// choice it would be a page of ours that says what they like.
Response preview(const Authority& a, const Request& request) {
  if (request.header("sec-fetch-site") != "same-origin" || request.header("sec-fetch-dest") != "iframe")
    return oauth_error(403, "access_denied", "The preview is for the dashboard's own pages.");
  const Parameters query(url::parse_form(request.query));
  auto look = look_for(*a.tenant(), request, {});
  look.branding = {std::string(query.get("primary")), std::string(query.get("background")),
                   std::string(query.get("logo"))};
  const auto text = [&](std::string_view key) {
    return look.texts.get(key, {{"tenant", look.tenant}, {"client", look.tenant}});
  };
  pages::FormPage page{
      .status = 200, .heading = text("login.title"), .text = text("login.text"), .action = "/dashboard/preview"};
  page.fields = {{"username", text("email_or_username")}, {"password", text("password"), {}, "password"}};
  page.buttons = {{"default", text("continue")}};
  page.links = {{"", text("login.forgot"), "#"}};
  Response response = pages::form(look, page);
  std::erase_if(response.headers, [](const auto& h) { return h.first == "X-Frame-Options"; });
  for (auto& [name, value] : response.headers)
    if (constexpr std::string_view nobody = "frame-ancestors 'none'"; name == "Content-Security-Policy")
      value.replace(value.find(nobody), nobody.size(), "sandbox; frame-ancestors 'self'");
  return response;
}

}  // namespace

Answering show_dashboard(Authority& a, Request request) {
  const std::string_view path = std::string_view(request.path).substr(root.size());
  // A custom domain has no Management API, so its dashboard is the canonical one.
  if (request.is_secure() && request.issuer != a.issuer) co_return redirect(a.issuer + "dashboard");
  if (path == "/preview") co_return preview(a, request);
  if (path.starts_with("/assets/")) {
    const File* file = find_file(path.substr(1));
    if (!file) co_return oauth_error(404, "not_found", "There is nothing at this address.");
    co_return send(request, *file).with("Cache-Control", "public, max-age=31536000, immutable");
  }
  const File* page = find_file("index.html");
  if (!page) co_return text_response(404, "This program was built without its dashboard; `make build` builds both.\n");
  co_return send_page(request, *page);  // whatever the path: the application finds its way by it
}

}  // namespace ostia::authority
