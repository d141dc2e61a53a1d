#include <algorithm>
#include <array>

#include "doctor/doctor.hpp"
#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "tenant/captcha.hpp"

namespace ostia::authority::doctor {
namespace {

// How `wanted` differs from something that is listed, if it is nearly the same.
std::string near_miss(const std::string& wanted, const std::vector<std::string>& listed) {
  const auto bare = [](std::string_view s) {
    while (s.ends_with('/')) s.remove_suffix(1);
    return text::lower(s.substr(std::min(s.find("//"), s.size())));
  };
  for (const auto& one : listed) {
    if (one + "/" == wanted || wanted + "/" == one) return "; \"" + one + "\" is, which differs by its last slash";
    if (bare(one) == bare(wanted)) return "; \"" + one + "\" is, which differs by scheme or case";
    std::string other = one;
    if (const auto at = other.find("127.0.0.1"); at != other.npos) other.replace(at, 9, "localhost");
    if (other != one && other == wanted) return "; \"" + one + "\" is: localhost and 127.0.0.1 are two names";
  }
  return "";
}

Finding examine_callback(const Client& client, const std::string& callback) {
  const oauth::RedirectRules rules{.any_loopback_port = client.any_loopback_port};
  if (oauth::is_registered_redirect_uri(callback, client.callbacks, rules))
    return fine("callback", "\"" + callback + "\" is a callback URL of \"" + client.name + "\"");
  return fault(
      "callback",
      "\"" + callback + "\" is no callback URL of \"" + client.name + "\"" + near_miss(callback, client.callbacks),
      "add it to callbacks, byte for byte: the comparison is exact");
}

Finding examine_origin(const Client& client, const std::string& origin) {
  if (url::origin_of(origin) != origin)
    return fault("origin", "\"" + origin + "\" is not an origin",
                 "an origin is scheme, host and port, such as " +
                     (url::origin_of(origin).empty() ? "https://app.example.com" : url::origin_of(origin)));
  if (oauth::is_allowed_origin(origin, client.web_origins, {}))
    return fine("origin", origin + " is a web origin of \"" + client.name + "\"");
  return fault("origin",
               origin + " is no web origin of \"" + client.name + "\"" + near_miss(origin, client.web_origins),
               "add it to web_origins: without it embedded and silent login are refused");
}

// A site is what cookies belong to. Without the list of public suffixes the last two labels have to do.
std::string site_of(std::string_view origin) {
  const auto parsed = url::parse(origin);
  if (!parsed) return {};
  std::string host(parsed->host);
  const auto last = host.rfind('.');
  if (last == host.npos || last == 0 || text::is_digit(host.back())) return host;
  const auto before = host.rfind('.', last - 1);
  return before == host.npos ? host : host.substr(before + 1);
}

Finding examine_cookies(const std::string& issuer, const std::string& origin) {
  const auto parsed = url::parse(issuer);
  if (parsed && parsed->scheme == "http" && !url::is_loopback_host(parsed->host))
    return fault("cookies", issuer + " is not encrypted: browsers keep no cookie of it that a login needs",
                 "serve it by HTTPS, here or at a proxy, and say so with --issuer https://…");
  if (site_of(issuer) != site_of(origin))
    return warning("cookies", origin + " and " + issuer + " are two sites: browsers withhold third-party cookies",
                   "give the authority a name of the application's domain (customDomains), or let silent login use "
                   "refresh tokens (useRefreshTokens)");
  return fine("cookies", origin + " and " + issuer + " are one site");
}

// The Management API gives every new application the grants of a browser's login: one that has others besides may be
// a machine or a device, which never needs an address to come back to.
Finding without_callback(const Client& client) {
  static constexpr std::array others = {"client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
                                        "password"};
  const bool has_others =
      std::any_of(others.begin(), others.end(), [&](const char* grant) { return client.has_grant(grant); });
  const std::string what = "\"" + client.name + "\" has no callback URL, so nobody can log in to it by a browser";
  if (has_others)
    return warning("callback", what,
                   "nothing, if it is a machine or a device; otherwise add the address that its login comes back to "
                   "(callbacks)");
  return fault("callback", what, "add the address that its login comes back to (callbacks)");
}

void examine_client(const Client& client, Findings& out) {
  const bool redirects = client.has_grant("authorization_code") || client.has_grant("implicit");
  if (redirects && client.callbacks.empty()) out.push_back(without_callback(client));
  if (client.cross_origin_authentication && client.web_origins.empty() && client.callbacks.empty())
    out.push_back(fault("origin", "\"" + client.name + "\" may log in embedded, from no page at all",
                        "add the origin of its page (web_origins)"));
  for (const auto& list : {client.callbacks, client.allowed_logout_urls})
    for (const auto& uri : list)
      if (const auto parsed = url::parse(uri); !parsed || parsed->has_fragment)
        out.push_back(fault("callback", "\"" + uri + "\" of \"" + client.name + "\" can never match",
                            "write an absolute URL without a fragment"));
  for (const auto& origin : client.web_origins)
    if (origin.find('*') == origin.npos && url::origin_of(origin) != origin)
      out.push_back(fault("origin", "\"" + origin + "\" of \"" + client.name + "\" can never match",
                          "an origin is scheme, host and port: no path, no slash at its end"));
}

}  // namespace

Findings examine_tenant(const Tenant& tenant, const Options& o, const std::string& issuer) {
  Findings out;
  for (const auto& [id, client] : tenant.clients) examine_client(client, out);
  if (out.empty())
    out.push_back(fine("callback", std::to_string(tenant.clients.size()) + " applications, with lists that can match"));
  if (!o.client_id.empty()) {
    const auto client = tenant.find_client(o.client_id);
    if (!client) {
      out.push_back(fault("client", "no application has the client_id \"" + o.client_id + "\"",
                          "look at clients in the tenant's file, or at /dashboard/applications"));
    } else {
      if (!o.callback.empty()) out.push_back(examine_callback(*client, o.callback));
      if (!o.origin.empty()) out.push_back(examine_origin(*client, o.origin));
    }
  }
  if (!o.origin.empty() && !issuer.empty()) out.push_back(examine_cookies(issuer, o.origin));
  if (tenant.administration.wants_second_factor(false))
    out.push_back(fine("administrators", "are asked for a second factor"));
  else
    out.push_back(warning("administrators", "a password alone administers this tenant",
                          "take ostia.administration.second_factor out of the tenant's settings"));
  const auto& captcha = tenant.attack_protection.captcha;
  if (const std::string missing = missing_captcha_key(captcha); asks_anybody(captcha) && !missing.empty())
    out.push_back(fault("captcha",
                        "\"" + captcha.provider + "\" is to ask for CAPTCHAs, and attackProtection.captcha." + missing +
                            " is missing: nobody whom it asks can log in",
                        "set what the provider gave you, or set active_provider_id to simple_captcha"));
  else if (asks_anybody(captcha))
    out.push_back(
        fine("captcha", "asked by " + captcha.provider + (captcha.only_watches ? ", which only watches" : "")));
  if (tenant.smtp.host.empty())
    out.push_back(warning("mail", "no mail provider is configured: nobody gets a reset link or a code",
                          "configure emailProvider; with --dev, messages are at /_dev/messages"));
  else
    out.push_back(fine("mail", "sent by " + tenant.smtp.host));
  return out;
}

}  // namespace ostia::authority::doctor
