#include "pages/old_cookies.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

constexpr CookieKind kinds[] = {CookieKind::session, CookieKind::device, CookieKind::cross_origin,
                                CookieKind::no_passkey};
constexpr std::string_view copy = "_compat", host_prefix = "__Host-";

std::vector<std::string_view> values_of(const Request& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : request.headers) {
    if (key != "cookie") continue;
    for (const auto part : text::split(value, ';')) {
      const auto pair = text::trimmed(part);
      if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
        out.push_back(pair.substr(name.size() + 1));
    }
  }
  return out;
}

bool has_cookies(const Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& h) { return h.first == "cookie"; });
}

// The value of an old cookie or its copy; empty where it is not certain which one is ours.
std::string value_of(const Request& request, const std::string& name) {
  for (const auto& one : {name, name + std::string(copy)}) {
    const auto values = values_of(request, one);
    if (values.empty()) continue;
    const bool all_same =
        std::all_of(values.begin(), values.end(), [&](std::string_view value) { return value == values.front(); });
    return all_same ? std::string(values.front()) : std::string();
  }
  return {};
}

bool is_there(const Request& request, const std::string& name) {
  return !values_of(request, name).empty() || !values_of(request, name + std::string(copy)).empty();
}

CookieKind kind_of(std::string_view old_name) {
  return *std::find_if(std::begin(kinds), std::end(kinds), [&](CookieKind k) { return plain_name_of(k) == old_name; });
}

// How long the new one is kept; its value knows when it ends, too.
std::int64_t seconds_of(CookieKind kind, std::int64_t session_seconds) {
  constexpr std::int64_t day = 24 * 3600;
  switch (kind) {
    case CookieKind::session: return session_seconds;
    case CookieKind::cross_origin: return 300;
    case CookieKind::no_passkey: return 30 * day;
    default: return 365 * day;
  }
}

// What a cache keeps for all must set nobody's cookies.
bool is_for_caches(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& h) { return h.first == "Cache-Control" && h.second.starts_with("public"); });
}

}  // namespace

std::vector<RenamedCookie> rename_old_cookies(Request& request, std::int64_t now) {
  std::vector<RenamedCookie> out;
  if (!request.is_secure() || now >= old_cookie_names_end || !has_cookies(request)) return out;
  std::string as_new;
  for (const auto kind : kinds) {
    const std::string old_name(plain_name_of(kind)), new_name = std::string(host_prefix) + old_name;
    if (!is_there(request, old_name)) continue;
    std::string value = is_there(request, new_name) ? std::string() : value_of(request, old_name);
    if (!value.empty()) as_new.append(as_new.empty() ? "" : "; ").append(new_name).append("=").append(value);
    out.push_back({old_name, value.empty() ? std::string() : new_name, std::move(value)});
  }
  if (!as_new.empty()) request.headers.emplace_back("cookie", std::move(as_new));
  return out;
}

void replace_old_cookies(Response& response, const Request& request, const std::vector<RenamedCookie>& cookies,
                         std::int64_t session_seconds) {
  if (is_for_caches(response)) return;
  const auto sets = [&](const std::string& name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& h) { return h.first == "Set-Cookie" && h.second.starts_with(name + "="); });
  };
  for (const auto& cookie : cookies) {
    const auto kind = kind_of(cookie.old_name);
    if (!cookie.new_name.empty() && !sets(cookie.new_name))
      set_cookie(response, request, kind, cookie.value, seconds_of(kind, session_seconds));
    for (const auto& name : {cookie.old_name, cookie.old_name + std::string(copy)})
      response.with("Set-Cookie", name + "=; Path=/; HttpOnly; Max-Age=0; Secure");
  }
}

}  // namespace ostia::authority
