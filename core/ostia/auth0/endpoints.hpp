// What a client knows of its authority from `domain` and `overrides`, and the URLs that it sends people to.
#pragma once

#include "ostia/auth0/options.hpp"

namespace ostia::auth0 {

/// The members that a client derives from `options.domain` and `options.overrides` (WA-011, WA-012): `tenant`,
/// `token_issuer`, `rootUrl`, and `jwksURI` when overridden.
Value derive_base(const Value& options);

/// `base.rootUrl` with `path` behind it.
std::string endpoint(const Value& base, const char* path);

/// A URL, and a line for the developer when parameters were not known.
struct BuiltUrl {
  std::string url;
  std::string warning;
};

/// `client.buildAuthorizeUrl` (WA-015 to WA-032). `base.auth0Client`, here and below, is the telemetry to send, if any.
Result<BuiltUrl> build_authorize_url(const Value& base, const Value& options);

/// `client.buildLogoutUrl` (WA-033 to WA-036).
Result<std::string> build_logout_url(const Value& base, const Value& options);

/// `client.passwordless.buildVerifyUrl`: where a checked one-time code becomes a session.
Result<std::string> build_verify_url(const Value& base, const Value& options);

}  // namespace ostia::auth0
