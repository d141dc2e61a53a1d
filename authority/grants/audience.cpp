#include "grants/audience.hpp"

#include "ostia/url/url.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

// RFC 3986 section 6.2.3: an empty path and "/" are the same, and libraries write either.
std::string as_identifier(const Tenant& tenant, std::string resource) {
  if (tenant.find_api(resource)) return resource;
  const auto parsed = url::parse(resource);
  if (!parsed || parsed->has_query || parsed->path.size() > 1) return resource;
  std::string other = resource.ends_with('/') ? resource.substr(0, resource.size() - 1) : resource + "/";
  return tenant.find_api(other) ? other : resource;
}

bool asks_by_resource(const Parameters& p) { return p.get("audience").empty() && !p.get("resource").empty(); }

}  // namespace

Result<std::string> asked_audience(const Tenant& tenant, const Parameters& p) {
  if (!asks_by_resource(p) || !tenant.resource_is_audience) return std::string(p.get("audience"));
  const auto parsed = url::parse(p.get("resource"));
  if (!parsed || parsed->has_fragment)
    return oauth(400, "invalid_target", "resource must be an absolute address without a fragment",
                 "resource_malformed");
  return as_identifier(tenant, std::string(p.get("resource")));
}

Error as_target_error(Error e, const Parameters& p) {
  if (e.reason != "audience_unknown" || !asks_by_resource(p)) return e;
  return oauth(400, "invalid_target", "There is no API with the identifier " + std::string(p.get("resource")),
               e.reason);
}

Status check_resource(const Tenant& tenant, const Parameters& p, const std::string& granted) {
  if (!asks_by_resource(p)) return ok();
  const auto asked = asked_audience(tenant, p);
  if (!asked) return asked.error();
  if (asked->empty() || *asked == granted) return ok();
  return oauth(400, "invalid_target",
               "resource differs from what the authorization was for: " + (granted.empty() ? "no API" : granted),
               "resource_differs");
}

}  // namespace ostia::authority
