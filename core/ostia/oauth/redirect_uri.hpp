// Which redirect URIs a client may use: RFC 9700 section 4.1.3 (exact match), RFC 8252 section 7.3 (loopback ports),
// and the vendor's one wildcard. The only place of the project that answers this question.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ostia::oauth {

/// Schemes, in lower case, that a browser would run or open itself instead of handing an answer to a client.
bool is_dangerous_scheme(std::string_view scheme);

struct RedirectRules {
  bool any_loopback_port = false;  ///< for native clients: the port of a loopback IP literal is free
};

/// Whether `uri` is one of `registered`, byte for byte, save for a `*` that stands for one whole left-most label of a
/// registered host, and the free loopback port. A URI with a fragment, user info, control characters, backslashes or
/// without a scheme never matches.
bool is_registered_redirect_uri(std::string_view uri, const std::vector<std::string>& registered, RedirectRules rules);

/// Whether `origin` (as a browser sends it) is listed, or is the origin of one of `redirect_uris`.
bool is_allowed_origin(std::string_view origin, const std::vector<std::string>& origins,
                       const std::vector<std::string>& redirect_uris);

}  // namespace ostia::oauth
