// An upstream as it describes itself: its endpoints and its keys (OpenID Connect Discovery, RFC 8414), asked for when
// they are needed and kept for an hour; while the upstream is silent, for six (`http/documents`).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "http/message.hpp"
#include "ostia/environment.hpp"
#include "tenant/connection.hpp"

namespace ostia::authority {

struct Authority;

namespace upstream {

/// What a login needs of an upstream, from its connection's settings, else from the upstream itself.
struct Endpoints {
  std::string issuer, authorization, token, userinfo, jwks, end_session;
  bool names_issuer = false;  ///< in its answers (RFC 9207)
};

/// When a person has waited long enough for an upstream: all calls of one step together take no longer.
using Deadline = std::chrono::steady_clock::time_point;
/// Ten seconds from now.
Deadline soon();

/// Errors: `upstream_unreachable`; those of `HttpPool` with status 503; `upstream_malformed` where the document is
/// none, is of another issuer, or names addresses that are neither https nor on the machine of the issuer itself.
boost::asio::awaitable<Result<Endpoints>> endpoints_of(Authority& a, const Request& request, const Connection& c,
                                                       Deadline until);

/// What an upstream's ID token has to go with in this login.
struct TokenBinding {
  std::string nonce;         ///< what was sent for it
  std::string access_token;  ///< what came beside it; empty where none did
  Deadline until;            ///< for asking for the upstream's keys
};

/// The claims of an ID token of that upstream (OpenID Connect Core section 3.1.3.7). Errors: `id_token_…` with what is
/// wrong with it; those of asking for its keys.
boost::asio::awaitable<Result<json::Value>> verify_id_token(Authority& a, const Connection& c, const Endpoints& e,
                                                            std::string token, TokenBinding binding);

/// An error of an upstream, as the application is told of it: `access_denied`.
Error refused(std::string what, std::string reason);

/// The same where a call got no answer: `upstream_unreachable`, unless this authority did not make it (503).
Error unanswered(const std::string& what, const Error& why);

}  // namespace upstream
}  // namespace ostia::authority
