// Authorization codes: sealed, so that issuing one writes nothing; redeeming one writes its name, so that it works
// once.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// A code for `grant`, good for a minute, with this redirect URI and, when a challenge was sent, its verifier only.
std::string issue_code(const Authority& a, const Grant& grant, const std::string& redirect_uri,
                       const std::string& code_challenge);

/// The grant of a code, which is used up, even when it is refused for its redirect URI or verifier. Errors have the
/// endpoint's words (checklist section 6).
Async<Grant> redeem_code(Authority& a, std::string code, std::string client_id, std::string redirect_uri,
                         std::string code_verifier);

}  // namespace ostia::authority
