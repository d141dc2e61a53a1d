// A logout that an application asks for (OpenID Connect RP-Initiated Logout section 2).
#pragma once

#include <cstdint>
#include <string_view>

namespace ostia::authority::protocol {

struct LogoutRequest {
  bool has_hint = false;
  bool hint_is_ours = false;      ///< an ID token that this authority alone can have signed
  bool hint_fits_client = false;  ///< it is of the application that `client_id` names, if any
  bool client_is_known = true;    ///< the one that is named or hinted, if any
  bool return_is_listed = true;   ///< `post_logout_redirect_uri` stands in the allowlist, or is not there
  bool session_is_there = false;
  bool hint_is_theirs = false;  ///< of the session's person
};

enum class LogoutStep : std::uint8_t {
  end,     ///< the session, and go where the application says
  ask,     ///< the person: somebody else may have made the link
  refuse,  ///< on a page of our own
};

struct LogoutNext {
  LogoutStep step;
  std::string_view reason;  ///< of a refusal
};

LogoutNext judge_logout(const LogoutRequest& request);

}  // namespace ostia::authority::protocol
