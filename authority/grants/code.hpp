// Authorization codes: sealed, so that issuing one writes nothing unless it stands for very much; redeeming one writes
// its name, so that it works once.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// A code for `grant`, good for a minute, with this redirect URI and, when a challenge was sent, its verifier only. It
/// is never longer than `longest_in_address`, whatever it stands for.
Async<std::string> issue_code(Authority& a, const Grant& grant, const std::string& redirect_uri,
                              const std::string& code_challenge);

/// The grant of a code, which is used up, even when it is refused for its redirect URI or verifier. What decides is
/// `protocol/code.hpp`; errors are 403 `invalid_grant` with its reasons.
Async<Grant> redeem_code(Authority& a, std::string code, std::string client_id, std::string redirect_uri,
                         std::string code_verifier);

}  // namespace ostia::authority
