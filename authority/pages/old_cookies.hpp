// Cookies as they were called before they had `__Host-` in front of their names: still read for a while, so that the
// change signs nobody out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace ostia::authority {

/// From then on old names are not read: 2027-06-01T00:00:00Z. By then every session that began under one has ended.
constexpr std::int64_t old_cookie_names_end = 1'811'808'000;

struct RenamedCookie {
  std::string old_name;
  std::string new_name, value;  ///< empty: the old one is only to be deleted
};

/// What the request has of cookies by old names; after that it has them by their new ones. One that is there by its new
/// name, too, is left out: an old name is one that a neighbour can plant. So are two of one name with two values.
std::vector<RenamedCookie> rename_old_cookies(Request& request, std::int64_t now);

/// Has the browser rename them as well, unless the answer sets them anyway.
void replace_old_cookies(Response& response, const Request& request, const std::vector<RenamedCookie>& cookies,
                         std::int64_t session_seconds);

}  // namespace ostia::authority
