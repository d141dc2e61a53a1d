// A link to a new password that is opened.
#pragma once

#include <cstdint>

namespace ostia::authority::protocol {

struct PresentedReset {
  bool is_ours = false;    ///< this authority has sealed it, and for that
  std::int64_t until = 0;  ///< seconds since 1970; it is good in that second still
  bool account_is_there = false;
  bool credential_fits = false;  ///< password and address are those that it was made for
};

/// Whether it sets a password: it ends with its time, the account, the password and the address that it went to.
bool may_reset(const PresentedReset& reset, std::int64_t now);

}  // namespace ostia::authority::protocol
