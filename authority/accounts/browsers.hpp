// The browsers that a person has signed in with: known by a keyed mark of the name that each of them was given
// (`CookieKind::device`), a mark of its own for each person, and by nothing else.
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// How many are kept for a person; the one that was used longest ago makes room.
inline constexpr std::int64_t most_known_browsers = 20;

/// Whether the person has signed in with that browser before, with a right proof, and nothing has been reset since. It
/// is a reason to be kinder to who asks, and proves nothing.
Async<bool> is_known_browser(Authority& a, std::string user_id, const Request& request);

/// What that browser is known by, of that person's; empty if it has no name.
std::string browser_mark(const Authority& a, const std::string& user_id, const Request& request);
/// What a sign-in with a browser tells.
struct BrowserSeen {
  bool is_new = false;          ///< the person has others, and not this one
  bool is_elsewhere = false;    ///< none of them was used from this country
  std::string mark;             ///< what it is known by; empty if it has no name
  std::vector<Statement> keep;  ///< makes it known, for the commit of the session
};
/// `request` has the browser's name, or there is nothing to know it by.
Async<BrowserSeen> browser_seen(Authority& a, const Request& request, std::string user_id);

/// Forgets all of a person's: the password has been reset, or somebody else had been there.
Statement forget_browsers(const std::string& user_id);

}  // namespace ostia::authority
