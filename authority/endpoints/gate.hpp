// The gate as the token endpoint passes it: finds out what the rules of `protocol/gate.hpp` must know of a grant, and
// says what comes of them. Nothing is issued there but by it.
#pragma once

#include "grants/grant.hpp"
#include "protocol/gate.hpp"

namespace ostia::authority {

struct Passing {
  protocol::Way way;
  std::string protocol;       ///< what rules and actions are told: `oauth2-password`, …
  Error otherwise;            ///< for a grant that is over: `invalid_grant` in the words of what was presented
  bool to_other_api = false;  ///< a refresh token that goes to another API than that of its login
};

/// What may be given now: the scopes that are left, with what rules and actions have added, and its person.
struct Passed {
  Grant grant;
  User user;
};

/// Errors: those of the rules; `mfa_required` with the `mfa_token` that the request goes on with. `user`: where the
/// caller has just found them.
Async<Passed> pass_gate(Authority& a, const Request& request, Grant grant, Passing how, std::optional<User> user = {});

}  // namespace ostia::authority
