#include "protocol/enrolment.hpp"

#include "protocol/age.hpp"

namespace ostia::authority::protocol {

EnrolmentStep judge_enrolment(const EnrolmentRequest& r, std::int64_t now) {
  // AZ-1407 · ASVS 7.5.1
  if (!is_recent(r.logged_in_at, now, enrolment_login_age)) return EnrolmentStep::log_in;
  // AZ-1406 · Auth0: mfa/authenticators
  if (r.has_factor && !r.has_shown_factor) return EnrolmentStep::show_factor;
  return EnrolmentStep::enrol;
}

// AZ-1401 · Auth0: mfa/associate
bool may_prove(const PresentedFactor& f, std::int64_t now) {
  if (!f.is_turned_on) return false;
  if (f.is_confirmed) return true;
  if (f.has_confirmed_one && !f.begun_with_another) return false;
  return f.may_confirm && is_recent(f.created_at, now, enrolment_lifetime);
}

}  // namespace ostia::authority::protocol
