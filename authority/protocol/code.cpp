#include "protocol/code.hpp"

namespace ostia::authority::protocol {

CodeNext judge_code(const PresentedCode& code, std::int64_t now) {
  if (!code.is_ours) return {CodeStep::refuse, "code_unknown"};
  if (code.until < now) return {CodeStep::refuse, "code_expired"};
  if (!code.is_of_client) return {CodeStep::refuse, "code_of_another_client"};
  // From here on it is used up, whatever else is wrong: nobody tries again what they do not know.
  if (!code.is_first) return {CodeStep::mark_used, {}};
  // RFC 6749 section 4.1.2: what the code gave may be in a thief's hands.
  if (!*code.is_first) return {CodeStep::end_family, "code_replayed"};
  if (!code.redirect_uri_fits) return {CodeStep::refuse, "redirect_uri_mismatch"};
  if (!code.verifier_fits) return {CodeStep::refuse, "code_verifier_mismatch"};
  return {CodeStep::redeem, {}};
}

}  // namespace ostia::authority::protocol
