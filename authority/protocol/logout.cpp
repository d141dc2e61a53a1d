#include "protocol/logout.hpp"

namespace ostia::authority::protocol {

LogoutNext judge_logout(const LogoutRequest& r) {
  if (r.has_hint && !r.hint_is_ours) return {LogoutStep::refuse, "hint_invalid"};
  if (r.has_hint && !r.hint_fits_client) return {LogoutStep::refuse, "hint_of_another_client"};
  if (!r.client_is_known) return {LogoutStep::refuse, "logout_client_unknown"};
  if (!r.return_is_listed) return {LogoutStep::refuse, "logout_url_mismatch"};
  if (!r.session_is_there || (r.has_hint && r.hint_is_theirs)) return {LogoutStep::end, {}};
  return {LogoutStep::ask, {}};
}

}  // namespace ostia::authority::protocol
