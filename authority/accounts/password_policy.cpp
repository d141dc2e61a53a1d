#include "accounts/password_policy.hpp"

#include <zxcvbn.h>

#include <algorithm>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

struct Kinds {
  bool lower = false, upper = false, digit = false, special = false;
  [[nodiscard]] int count() const { return int{lower} + int{upper} + int{digit} + int{special}; }
};

Kinds kinds_of(std::string_view password) {
  Kinds k;
  for (const char c : password) {
    k.lower = k.lower || text::is_lower(c);
    k.upper = k.upper || text::is_upper(c);
    k.digit = k.digit || text::is_digit(c);
    k.special = k.special || !text::is_alnum(c);
  }
  return k;
}

// Characters, not bytes.
std::int64_t length_of(std::string_view password) {
  return std::count_if(password.begin(), password.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

bool has_three_in_a_row(std::string_view s) {
  for (std::size_t i = 2; i < s.size(); ++i)
    if (s[i] == s[i - 1] && s[i] == s[i - 2]) return true;
  return false;
}

Value numbers(std::initializer_list<std::int64_t> items) {
  Value out = Value::array();
  for (const auto item : items) out.push_back(item);
  return out;
}

Value rule(const char* code, const char* message, Value format, bool verified) {
  Value out = Value::object({{"message", message}});
  if (!format.is_null()) out.set("format", std::move(format));
  out.set("code", code);
  out.set("verified", verified);
  return out;
}

// The rules object of the vendor, and whether all of it holds.
struct Report {
  Value rules = Value::array();
  std::string policy;
  bool holds = true;

  void add(Value r, const std::string& text) {
    holds = holds && r["verified"].as_bool();
    rules.push_back(std::move(r));
    policy.append(policy.empty() ? "* " : "\n* ").append(text);
  }
};

Value character_items(const Kinds& k, bool with_special, std::string& policy) {
  Value items = Value::array();
  const auto add = [&](const char* code, const char* message, bool verified) {
    items.push_back(rule(code, message, {}, verified));
    policy.append("\n  * ").append(message);
  };
  add("lowerCase", "lower case letters (a-z)", k.lower);
  add("upperCase", "upper case letters (A-Z)", k.upper);
  add("numbers", "numbers (i.e. 0-9)", k.digit);
  if (with_special) add("specialCharacters", "special characters (e.g. !@#$%^&*)", k.special);
  return items;
}

// AZ-406, AZ-407 · Auth0: passwordPolicy
Report report_of(const PasswordPolicy& p, std::string_view password) {
  Report report;
  const Kinds k = kinds_of(password);
  const bool fits = length_of(password) >= p.min_length;
  if (p.level == "none" && p.min_length == 1)
    report.add(rule("nonEmpty", "Non-empty password required", {}, fits), "Non-empty password required");
  else
    report.add(rule("lengthAtLeast", "At least %d characters in length", numbers({p.min_length}), fits),
               "At least " + text::decimal(p.min_length) + " characters in length");
  if (p.level == "fair") {
    Value r = rule("shouldContain", "Should contain:", {}, k.lower && k.upper && k.digit);
    std::string lines = "Should contain:";
    r.set("items", character_items(k, false, lines));
    report.add(std::move(r), lines);
  }
  if (p.level == "good" || p.level == "excellent") {
    Value r = rule("containsAtLeast", "Contain at least %d of the following %d types of characters:", numbers({3, 4}),
                   k.count() >= 3);
    std::string lines = "Contain at least 3 of the following 4 types of characters:";
    r.set("items", character_items(k, true, lines));
    report.add(std::move(r), lines);
  }
  if (p.level == "excellent") {
    Value format = numbers({2});
    format.push_back("aaa");
    report.add(rule("identicalChars", "No more than %d identical characters in a row (e.g., \"%s\" not allowed)",
                    format, !has_three_in_a_row(password)),
               "No more than 2 identical characters in a row (e.g., \"aaa\" not allowed)");
  }
  return report;
}

// One word of zxcvbn's dictionaries, also with letters swapped for digits, and nothing more.
bool is_common(std::string_view password) {
  const std::string copy(password);
  ZxcMatch_t* matches = nullptr;
  ZxcvbnMatch(copy.c_str(), nullptr, &matches);
  const bool common =
      matches && !matches->Next && (matches->Type == DICTIONARY_MATCH || matches->Type == DICT_LEET_MATCH);
  ZxcvbnFreeInfo(matches);
  return common;
}

bool is_listed(const std::vector<std::string>& words, const std::string& lower) {
  return std::any_of(words.begin(), words.end(), [&](const auto& w) { return text::lower(w) == lower; });
}

bool contains_personal_info(const std::vector<std::string>& personal, const std::string& lower) {
  constexpr std::size_t shortest = 4;  // shorter names are in many words
  for (const auto& info : personal) {
    const std::string known = text::lower(info);
    const std::string local = known.substr(0, known.find('@'));
    for (const auto& part : {known, local})
      if (part.size() >= shortest && lower.find(part) != std::string::npos) return true;
  }
  return false;
}

PolicyViolation violation(const char* name, const char* text) { return {name, text, text, {}}; }

}  // namespace

// AZ-408 · Auth0: password_dictionary
std::optional<PolicyViolation> check_password_policy(const PasswordPolicy& p, std::string_view password,
                                                     const std::vector<std::string>& personal) {
  Report report = report_of(p, password);
  if (!report.holds || password.find('\0') != password.npos)
    return PolicyViolation{"PasswordStrengthError", Value::object({{"rules", report.rules}, {"verified", false}}),
                           "Password is too weak", report.policy};
  const std::string lower = text::lower(password);
  if (p.dictionary && (is_listed(p.words, lower) || is_common(password)))
    return violation("PasswordDictionaryError", "Password is too common");
  if (p.no_personal_info && contains_personal_info(personal, lower))
    return violation("PasswordNoUserInfoError", "Password contains user information");
  return {};
}

// AZ-413 · Auth0: password_history
PolicyViolation history_violation() { return violation("PasswordHistoryError", "Password has previously been used"); }

std::vector<std::string> describe_policy(const PasswordPolicy& p, const Texts& texts) {
  std::vector<std::string> out = {texts.get("rules.length", {{"n", text::decimal(p.min_length)}})};
  if (p.level == "fair") out.push_back(texts.get("rules.three"));
  if (p.level == "good" || p.level == "excellent") out.push_back(texts.get("rules.three_of_four"));
  if (p.level == "excellent") out.push_back(texts.get("rules.repeats"));
  return out;
}

}  // namespace ostia::authority
