// What a client knows of its authority from `domain` and `overrides`, and the URLs that it sends people to.
#pragma once

#include "ostia/auth0/options.hpp"

namespace ostia::auth0 {

/// Checks constructor options (WA-006 to WA-012) and gives the members that are derived from them:
/// `tenant`, `token_issuer`, `rootUrl`, and `jwksURI` when overridden.
Result<Value> derive_base(const Value& options);

/// `base.rootUrl` with `path` behind it.
std::string endpoint(const Value& base, std::string_view path);

/// The `Auth0-Client` value: base64 with the URL alphabet and its padding kept; empty when telemetry is off.
std::string telemetry(const Value& base);

/// A URL, and a line for the developer when parameters were not known.
struct BuiltUrl {
  std::string url;
  std::string warning;
};

/// `client.buildAuthorizeUrl` (WA-015 to WA-032).
Result<BuiltUrl> build_authorize_url(const Value& base, const Value& options);

/// `client.buildLogoutUrl` (WA-033 to WA-036).
Result<std::string> build_logout_url(const Value& base, const Value& options);

}  // namespace ostia::auth0
