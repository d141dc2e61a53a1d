#include "tenant/administration.hpp"

#include <algorithm>

#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t minute = 60, hour = 3600;

// Hours, of which there may be a half.
std::int64_t hours_or(const json::Value& v, std::int64_t otherwise) {
  const auto number = v.as_double();
  return number && *number > 0
             ? std::max(minute, static_cast<std::int64_t>(std::min(*number * hour, static_cast<double>(boundless))))
             : otherwise;
}

}  // namespace

Administration read_administration(const json::Value& v) {
  constexpr std::int64_t longest_token = 2 * hour, longest_age = 24 * hour;
  Administration out;
  if (v["second_factor"].is_bool()) out.second_factor = v["second_factor"].as_bool();
  out.max_age = std::min(at_least(v["max_age_s"], minute, out.max_age), longest_age);
  out.token_lifetime = std::min(at_least(v["token_lifetime_s"], minute, out.token_lifetime), longest_token);
  out.session.absolute = hours_or(v["session_lifetime"], out.session.absolute);
  out.session.idle = hours_or(v["idle_session_lifetime"], out.session.idle);
  return out;
}

}  // namespace ostia::authority
