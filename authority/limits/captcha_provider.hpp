// The providers of CAPTCHAs: how an answer is checked with each, and what a page needs to ask. One table.
#pragma once

#include <utility>
#include <vector>

#include "http/client.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// What a provider says of an answer.
struct CaptchaVerdict {
  enum class Kind : std::uint8_t {
    right,
    wrong,
    no_verdict,  ///< the provider has a fault
    keys_wrong,  ///< it does not take the tenant's keys, or what it was sent
  } kind = Kind::no_verdict;
  std::string hostname, action;  ///< where and for what it was solved; empty: it does not say
  std::string codes;             ///< its own words for why not, for the log
};

struct CaptchaProvider {
  using Settings = AttackProtection::Captcha;
  std::string_view name;  ///< `active_provider_id`
  std::string_view wire;  ///< in `…/challenge`
  bool is_bypassed;       ///< pages send `BYPASS_CAPTCHA` where its script fails; it counts with `fail_open`
  HttpCall (*ask)(const Settings& settings, const std::string& answer);
  CaptchaVerdict (*judge)(const HttpAnswer& answer);
  std::string_view script;  ///< of its widget; `{client}` and `{key}` stand for what the tenant has
  /// What a page's policy must allow: a directive, and its sources.
  std::vector<std::pair<std::string_view, std::string_view>> sources;

  /// A text of the table with the tenant's own in it.
  [[nodiscard]] static std::string filled(std::string_view text, const Settings& settings);
};

/// Null for the built-in question.
const CaptchaProvider* find_captcha_provider(std::string_view name);

}  // namespace ostia::authority
