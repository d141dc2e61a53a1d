#include "ostia/oauth/redirect_uri.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::oauth {
namespace {

bool is_ip_loopback(std::string_view host) { return host != "localhost" && url::is_loopback_host(host); }

// `*.example.com` stands for one non-empty label.
// AZ-211 · Auth0: callbacks
bool matches_wildcard(std::string_view registered, std::string_view host) {
  if (!registered.starts_with("*.") || registered.find('*', 1) != registered.npos) return false;
  const auto suffix = registered.substr(1);
  if (suffix.find('.', 1) == suffix.npos || !host.ends_with(suffix)) return false;
  const auto label = host.substr(0, host.size() - suffix.size());
  return !label.empty() && label.find_first_of(".*") == label.npos;
}

bool same_tail(const url::Url& a, const url::Url& b) {
  return a.scheme == b.scheme && a.path == b.path && a.has_query == b.has_query && a.query == b.query;
}

bool matches(const url::Url& uri, std::string_view text, std::string_view registered_text, RedirectRules rules) {
  if (registered_text == text) return true;
  const auto registered = url::parse(registered_text);
  if (!registered || registered->has_userinfo || !same_tail(*registered, uri)) return false;
  // AZ-211 · RFC 8252 section 7.3
  if (registered->host == uri.host) return rules.any_loopback_port && uri.scheme == "http" && is_ip_loopback(uri.host);
  return registered->port == uri.port && matches_wildcard(registered->host, uri.host);
}

}  // namespace

bool is_dangerous_scheme(std::string_view scheme) {
  for (const std::string_view one : {"javascript", "data", "vbscript", "livescript", "blob", "file", "filesystem",
                                     "about", "view-source", "jar", "mhtml"})
    if (scheme == one) return true;
  return false;
}

// AZ-211 · RFC 9700 section 2.1
bool is_registered_redirect_uri(std::string_view uri, const std::vector<std::string>& registered, RedirectRules rules) {
  const auto parsed = url::parse(uri);
  if (!parsed || parsed->has_fragment || parsed->has_userinfo || is_dangerous_scheme(text::lower(parsed->scheme)))
    return false;
  if (parsed->host.find('*') != parsed->host.npos) return false;
  return std::any_of(registered.begin(), registered.end(),
                     [&](const std::string& one) { return matches(*parsed, uri, one, rules); });
}

// AZ-001, AZ-311 · Auth0: allowed_origins
bool is_allowed_origin(std::string_view origin, const std::vector<std::string>& origins,
                       const std::vector<std::string>& redirect_uris) {
  if (origin.empty() || origin == "null" || url::origin_of(origin) != origin) return false;
  const auto same = [&](const std::string& one) {
    if (url::origin_of(one) == origin) return true;
    const auto listed = url::parse(one), asked = url::parse(origin);
    return listed && asked && listed->scheme == asked->scheme && listed->port == asked->port &&
           matches_wildcard(listed->host, asked->host);
  };
  return std::any_of(origins.begin(), origins.end(), same) ||
         std::any_of(redirect_uris.begin(), redirect_uris.end(), same);
}

}  // namespace ostia::oauth
