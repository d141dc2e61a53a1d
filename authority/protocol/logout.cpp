#include "protocol/logout.hpp"

namespace ostia::authority::protocol {

LogoutNext judge_logout(const LogoutRequest& r) {
  // AZ-807 · OpenID Connect RP-Initiated Logout section 2
  if (r.has_hint && !r.hint_is_ours) return {LogoutStep::refuse, "hint_invalid"};
  // AZ-807 · OpenID Connect RP-Initiated Logout section 2
  if (r.has_hint && !r.hint_fits_client) return {LogoutStep::refuse, "hint_of_another_client"};
  // AZ-807 · OpenID Connect RP-Initiated Logout section 2
  if (!r.client_is_known) return {LogoutStep::refuse, "logout_client_unknown"};
  // AZ-807 · OpenID Connect RP-Initiated Logout section 3
  if (!r.return_is_listed) return {LogoutStep::refuse, "logout_url_mismatch"};
  // AZ-805 · OpenID Connect RP-Initiated Logout section 2
  if (!r.session_is_there || (r.has_hint && r.hint_is_theirs)) return {LogoutStep::end, {}};
  // AZ-806 · OpenID Connect RP-Initiated Logout section 2
  return {LogoutStep::ask, {}};
}

}  // namespace ostia::authority::protocol
