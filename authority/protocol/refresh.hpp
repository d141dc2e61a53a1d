// A refresh token that comes back (RFC 6749 section 6, RFC 9700 section 4.14).
#pragma once

#include <cstdint>
#include <string_view>

namespace ostia::authority::protocol {

struct PresentedRefreshToken {
  bool is_known = false;
  bool is_of_client = false;    ///< it was given to the client that presents it
  std::int64_t expires_at = 0;  ///< seconds since 1970: from then on it is over
  std::int64_t rotated_at = 0;  ///< 0: it has not been
  bool rotates = false;         ///< what the application says today
  std::int64_t leeway = 0;      ///< seconds in which a rotated one is still taken
  bool is_asked_again = false;  ///< by the request that rotated it, whose answer nobody has used
};

enum class RefreshStep : std::uint8_t {
  keep,        ///< the same token stays good
  rotate,      ///< a successor takes its place
  end_family,  ///< revoke all that came of its grant, and refuse
  refuse,
};

struct RefreshNext {
  RefreshStep step;
  std::string_view reason;  ///< of a refusal
};

RefreshNext judge_refresh(const PresentedRefreshToken& token, std::int64_t now);

}  // namespace ostia::authority::protocol
