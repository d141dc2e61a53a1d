#include "protocol/refresh.hpp"

#include <cstdlib>

namespace ostia::authority::protocol {

RefreshNext judge_refresh(const PresentedRefreshToken& token, std::int64_t now) {
  // AZ-611 · RFC 6749 section 6
  if (!token.is_known || !token.is_of_client) return {RefreshStep::refuse, "refresh_token_unknown"};
  // AZ-608 · RFC 6749 section 6
  if (token.expires_at <= now) return {RefreshStep::refuse, "refresh_token_expired"};
  const bool was_rotated = token.rotated_at != 0;
  // One of the two who have presented it is a thief. A clock that was put back makes no token young again.
  // AZ-607 · Auth0: refresh_token.leeway
  const bool is_within_leeway = token.leeway > 0 && std::abs(now - token.rotated_at) <= token.leeway;
  // The same request once more, for its answer was lost: that is one who presents it, and not two.
  // AZ-628 · RFC 9700 section 4.14.2
  const bool is_answered_again = was_rotated && token.is_asked_again;
  // AZ-606 · RFC 9700 section 4.14.2
  if (was_rotated && !is_within_leeway && !is_answered_again) return {RefreshStep::end_family, "refresh_token_reused"};
  // A token that was rotated stays one, even if the application has stopped rotating.
  // AZ-605, AZ-609 · RFC 9700 section 4.14.2
  return {token.rotates || was_rotated ? RefreshStep::rotate : RefreshStep::keep, {}};
}

}  // namespace ostia::authority::protocol
