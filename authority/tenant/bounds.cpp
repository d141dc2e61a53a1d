#include "tenant/bounds.hpp"

#include <optional>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr double minute = 60, day = 86'400, year = 365 * day;  // seconds
constexpr double most_token = 30 * day, most_refresh = 157'788'000, most_hours = 10 * 365 * 24;
constexpr double most_rate = 1e9, most_ms = 30 * day * 1000;

// Calls `visit` for what stands at `path`; nothing does where an object on the way is missing.
template <class Visit>
void at_path(Value& value, std::string_view path, const Visit& visit) {
  const auto dot = path.find('.');
  Value* next = value.find(path.substr(0, dot));
  if (!next) return;
  if (dot == path.npos) return visit(*next);
  if (next->is_object()) at_path(*next, path.substr(dot + 1), visit);
}

const Value& at(const Value& value, std::string_view path) {
  const auto dot = path.find('.');
  const Value& next = value[path.substr(0, dot)];
  return dot == path.npos ? next : at(next, path.substr(dot + 1));
}

bool is_of(const Bound& bound, std::string_view kind, std::string_view id) {
  return kind == bound.kind && (*bound.id == '\0' || id == bound.id);
}

// What a person would write.
std::string number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) == value) return text::decimal(whole);
  std::string out = std::to_string(value);
  out.erase(out.find_last_not_of('0') + 1);
  return out;
}

bool is_within(const Bound& bound, const Value& value) {
  const auto given = value.as_double();
  return given && *given >= bound.least && *given <= bound.most && (!bound.is_whole || value.as_int());
}

}  // namespace

const std::vector<Bound>& bounds() {
  static const std::vector<Bound> all = {
      {"client", "", "jwt_configuration.lifetime_in_seconds", 1, most_token},
      {"client", "", "refresh_token.leeway", 0, 10 * year},
      {"client", "", "refresh_token.token_lifetime", 1, most_refresh},
      {"client", "", "refresh_token.idle_token_lifetime", 1, most_refresh},
      {"client", "", "par_request_expiry", 10, 600},
      {"api", "", "token_lifetime", 0, most_token},
      {"api", "", "token_lifetime_for_web", 0, most_token},
      {"api", "", "token_lifetime_for_anonymous_access_tokens", 0, most_token},
      {"database", "", "options.totp.time_step", 1, day},
      {"database", "", "options.totp.length", 4, 12},
      {"database", "", "options.password_history.size", 0, 1000},
      {"database", "", "options.password_complexity_options.min_length", 0, 256},
      {"database", "", "options.validation.username.min", 1, 128},
      {"database", "", "options.validation.username.max", 1, 128},
      {"email_template", "", "urlLifetimeInSeconds", minute, 10 * year},
      {"settings", "tenant", "session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "idle_session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "session_lifetime_in_minutes", 1, most_hours * 60},
      {"settings", "tenant", "idle_session_lifetime_in_minutes", 1, most_hours * 60},
      {"settings", "tenant", "ephemeral_session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "idle_ephemeral_session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "ephemeral_session_lifetime_in_minutes", 1, most_hours * 60},
      {"settings", "tenant", "idle_ephemeral_session_lifetime_in_minutes", 1, most_hours * 60},
      {"settings", "tenant", "ostia.log_retention_days", 1, 3650},
      {"settings", "tenant", "ostia.log_refusals", 1'000, 1e9},
      {"settings", "emailProvider", "credentials.smtp_port", 1, 65'535},
      {"settings", "tenant", "ostia.script_timeout_s", 1, 20},
      {"settings", "tenant", "ostia.administration.max_age_s", minute, day},
      {"settings", "tenant", "ostia.administration.token_lifetime_s", minute, 7200},
      {"settings", "tenant", "ostia.administration.session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "ostia.administration.idle_session_lifetime", 0.02, most_hours, false},
      {"settings", "tenant", "ostia.rate_limits.address.per_second", 0, most_rate, false},
      {"settings", "tenant", "ostia.rate_limits.address.burst", 0, most_rate, false},
      {"settings", "tenant", "ostia.rate_limits.account.per_second", 0, most_rate, false},
      {"settings", "tenant", "ostia.rate_limits.account.burst", 0, most_rate, false},
      {"settings", "tenant", "ostia.rate_limits.client.per_second", 0, most_rate, false},
      {"settings", "tenant", "ostia.rate_limits.client.burst", 0, most_rate, false},
      {"settings", "attackProtection", "bruteForceProtection.max_attempts", 1, 100},
      {"settings", "attackProtection", "suspiciousIpThrottling.stage.pre-login.max_attempts", 1, 1e6},
      {"settings", "attackProtection", "suspiciousIpThrottling.stage.pre-login.rate", 1, most_ms},
      {"settings", "attackProtection", "suspiciousIpThrottling.stage.pre-user-registration.max_attempts", 1, 1e6},
      {"settings", "attackProtection", "suspiciousIpThrottling.stage.pre-user-registration.rate", 1, most_ms},
  };
  return all;
}

Status check_bounds(std::string_view kind, std::string_view id, const Value& body) {
  for (const auto& bound : bounds()) {
    if (!is_of(bound, kind, id)) continue;
    const Value& value = at(body, bound.path);
    if (value.is_null() || is_within(bound, value)) continue;
    return caller_error("invalid_config",
                        std::string(bound.path) + ": " + json::write(value) + " is not a " +
                            (bound.is_whole ? "whole number" : "number") + " from " + number(bound.least) + " to " +
                            number(bound.most),
                        "number_out_of_range");
  }
  return ok();
}

Value within_bounds(std::string_view kind, std::string_view id, Value body) {
  for (const auto& bound : bounds()) {
    if (!is_of(bound, kind, id)) continue;
    at_path(body, bound.path, [&](Value& value) {
      const auto given = value.as_double();
      if (!given || *given <= bound.most) return;
      log_event("warning", "number_out_of_range",
                {{"kind", kind},
                 {"id", id},
                 {"member", bound.path},
                 {"value", value.text()},
                 {"what", "it counts as " + number(bound.most) + ", the most that it can be"}});
      value = Value(static_cast<std::int64_t>(bound.most));
    });
  }
  return body;
}

}  // namespace ostia::authority
