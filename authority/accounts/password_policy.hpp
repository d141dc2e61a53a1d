// The rules for new passwords (AZ-406 to AZ-408): what is asked, what a password lacks, and the vendor's way of
// saying so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"
#include "pages/texts.hpp"
#include "tenant/connection.hpp"

namespace ostia::authority {

/// Why a password is refused, in the members of the vendor's error body.
struct PolicyViolation {
  std::string name;         ///< `PasswordStrengthError`, `PasswordDictionaryError`, …
  json::Value description;  ///< for strength an object of rules, else a text
  std::string message, policy;
};

/// The first rule that `password` breaks, given what is known of the person (names, e-mail). The history is the
/// caller's to check: it costs a hash for each former password.
std::optional<PolicyViolation> check_password_policy(const PasswordPolicy& policy, std::string_view password,
                                                     const std::vector<std::string>& personal);
PolicyViolation history_violation();

/// The rules as a page lists them.
std::vector<std::string> describe_policy(const PasswordPolicy& policy, const Texts& texts);

}  // namespace ostia::authority
