// How administrators are guarded: `ostia.administration` of the tenant's settings.
#pragma once

#include <optional>

#include "ostia/json/value.hpp"
#include "tenant/session_limits.hpp"

namespace ostia::authority {

struct Administration {
  /// `second_factor`: whether the dashboard asks for one. Where nothing is said it does, but for `--dev`, whose
  /// administrator is published anyway.
  std::optional<bool> second_factor;
  std::int64_t max_age = 15 * 60;         ///< `max_age_s`: how old a login may be that makes a dangerous change
  std::int64_t token_lifetime = 3600;     ///< `token_lifetime_s`, at most two hours
  SessionLimits session{8 * 3600, 3600};  ///< `session_lifetime` and `idle_session_lifetime`, in hours

  [[nodiscard]] bool wants_second_factor(bool dev) const { return second_factor.value_or(!dev); }
};

Administration read_administration(const json::Value& settings);

}  // namespace ostia::authority
