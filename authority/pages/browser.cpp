#include "pages/browser.hpp"

#include <algorithm>
#include <string>

namespace ostia::authority {
namespace {

// Pages that no application opens in a window of its own to hear from it. All others may be in a login's popup, which
// tells its opener the result, and would lose it.
constexpr std::string_view pages_apart[] = {"/account", "/dashboard", "/setup"};

// What no page of ours uses; names that every browser of today knows, since others are complained of in its console.
const std::string nothing_else =
    "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=(), "
    "xr-spatial-tracking=()";

bool says(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(), [&](const auto& h) { return h.first == name; });
}

void say(Response& response, const char* name, std::string value) {
  if (!says(response, name)) response.with(name, std::move(value));
}

bool is_page(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& h) { return h.first == "Content-Type" && h.second.starts_with("text/html"); });
}

bool is_apart(std::string_view path) {
  return std::any_of(std::begin(pages_apart), std::end(pages_apart), [&](std::string_view page) {
    return path == page || (path.starts_with(page) && path[page.size()] == '/');
  });
}

}  // namespace

void allow_passkeys(Response& response) {
  response.with("Permissions-Policy",
                nothing_else + ", publickey-credentials-get=(self), publickey-credentials-create=(self)");
}

void tell_browser(Response& response, const Told& about) {
  if (response.status == 0) return;
  constexpr const char* a_year = "max-age=31536000";
  if (about.asks_for_https) say(response, "Strict-Transport-Security", a_year);
  say(response, "Cross-Origin-Resource-Policy", about.is_for_all ? "cross-origin" : "same-origin");
  if (!is_page(response)) return;
  if (is_apart(about.path)) say(response, "Cross-Origin-Opener-Policy", "same-origin");
  say(response, "Permissions-Policy", nothing_else + ", publickey-credentials-get=(), publickey-credentials-create=()");
  say(response, "Referrer-Policy", "no-referrer");
}

}  // namespace ostia::authority
