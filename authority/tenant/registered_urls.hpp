// Which addresses a tenant may register: those that answers go to, and those that people are sent to.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

/// What is wrong with an address that an answer could be sent to, and what would be right; empty: nothing. A scheme
/// that a browser runs or opens here never is right, and a host is written as in the DNS (`xn--…`).
std::string wrong_with_destination(std::string_view uri);

/// Of an application's document (`callbacks`, `allowed_logout_urls`, `web_origins`, `allowed_origins`,
/// `initiate_login_uri`). The error names the member and the entry.
Status check_registered_urls(const json::Value& client);
/// The same of one list of addresses.
Status check_destinations(const std::string& member, const json::Value& list);

}  // namespace ostia::authority
