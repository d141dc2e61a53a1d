// The browser's cookies: its session at this authority, the device that a login page was shown to, and the proof of a
// cross-origin login; and that somebody wants no passkey for now.
#pragma once

#include "http/message.hpp"

namespace ostia::authority {

enum class CookieKind { session, device, cross_origin, no_passkey };

/// What the cookie is called, but for what its name has in front of it over HTTPS (`__Host-`) or behind it else.
std::string_view plain_name_of(CookieKind kind);

/// The cookie's value, or that of its copy for browsers that refuse `SameSite=None`.
std::string read_cookie(const Request& request, CookieKind kind);
/// Sets both for `max_age` seconds; 0 removes them.
void set_cookie(Response& response, const Request& request, CookieKind kind, std::string_view value,
                std::int64_t max_age);

/// The name that this browser was given with its first page; empty if it has none.
std::string device_of(const Request& request);
/// Gives it one, or makes the one that it has last longer.
void name_device(Response& response, const Request& request, std::string_view device);
/// The request as it had come from a browser with a name: with its own, or with a new one, which the answer must give
/// it by `name_device`.
Request with_device(const Request& request);

}  // namespace ostia::authority
