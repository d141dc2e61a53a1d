// What the tenant says of CAPTCHAs: `attackProtection.captcha` and `attackProtection.botDetection`.
#pragma once

#include "tenant/tenant.hpp"

namespace ostia::authority {

/// Where nothing is said of a way, what is said of passwords holds.
AttackProtection::Captcha read_captcha(const json::Value& captcha, const json::Value& bot_detection);

/// Whether anybody is ever asked.
bool asks_anybody(const AttackProtection::Captcha& captcha);

/// What the active provider needs and does not have, as `hcaptcha.secret`; empty: nothing.
std::string missing_captcha_key(const AttackProtection::Captcha& captcha);

/// What may be kept of either: the providers and the policies that there are. The error names the member.
Status check_captcha_settings(const json::Value& attack_protection);

}  // namespace ostia::authority
