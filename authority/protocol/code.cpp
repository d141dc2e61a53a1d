#include "protocol/code.hpp"

#include "protocol/age.hpp"

namespace ostia::authority::protocol {

CodeNext judge_code(const PresentedCode& code, std::int64_t now) {
  // AZ-604 · RFC 6749 section 5.2
  if (!code.is_ours) return {CodeStep::refuse, "code_unknown"};
  // AZ-604 · RFC 6749 section 4.1.2
  // One that was made while the clock was wrong is not good until that time comes.
  if (!is_recent(code.until - code_lifetime, now, code_lifetime)) return {CodeStep::refuse, "code_expired"};
  // AZ-604 · RFC 6749 section 4.1.3
  if (!code.is_of_client) return {CodeStep::refuse, "code_of_another_client"};
  // From here on it is used up, whatever else is wrong: nobody tries again what they do not know.
  if (!code.is_first) return {CodeStep::mark_used, {}};
  // What the code gave may be in a thief's hands.
  // AZ-602 · RFC 6749 section 4.1.2
  if (!*code.is_first) return {CodeStep::end_family, "code_replayed"};
  // AZ-604 · RFC 6749 section 4.1.3
  if (!code.redirect_uri_fits) return {CodeStep::refuse, "redirect_uri_mismatch"};
  // AZ-603 · RFC 7636 section 4.6; RFC 9700 section 2.1.1
  if (!code.verifier_fits) return {CodeStep::refuse, "code_verifier_mismatch"};
  return {CodeStep::redeem, {}};
}

}  // namespace ostia::authority::protocol
