#include "ostia/oidc/id_token.hpp"

#include <algorithm>
#include <cmath>

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::oidc {
namespace {

using Verdict = std::optional<Violation>;
using json::Value;

Verdict refuse(const char* reason, std::string text, std::vector<std::int64_t> dates = {}) {
  return Violation{reason, std::move(text), std::move(dates)};
}

bool is_present(const Value& claim) { return claim.is_string() && !claim.text().empty(); }

// A claim that must be a string and say what is expected; the words around are the package's.
struct TextRule {
  const char* title;
  const char* claim;
  const char* reason;
  const char* mismatch = " value mismatch in the ID token; expected \"";
  const char* missing = "";
};

Verdict check_text(const Value& found, const TextRule& rule, const std::string& expected, const std::string& shown) {
  const std::string name = std::string(rule.title).append(" (").append(rule.claim).append(") claim");
  const std::string reason = rule.reason;
  if (!is_present(found))
    return Violation{reason + "_missing", name + " must be a string present in the ID token" + rule.missing, {}};
  if (found.text() == expected) return {};
  return Violation{reason + "_mismatch", name + rule.mismatch + shown + "\", found \"" + found.text() + "\"", {}};
}

Verdict check_issuer(const Value& claims, const IdTokenExpectations& expected) {
  return check_text(claims["iss"], {"Issuer", "iss", "issuer", " mismatch in the ID token, expected \""},
                    expected.issuer, expected.issuer);
}

Verdict check_subject(const Value& claims, const IdTokenExpectations&) {
  if (is_present(claims["sub"])) return {};
  return refuse("subject_missing", "Subject (sub) claim must be a string present in the ID token");
}

Verdict check_audience(const Value& claims, const IdTokenExpectations& expected) {
  const Value& aud = claims["aud"];
  const std::string wanted =
      "Audience (aud) claim mismatch in the ID token; expected \"" + expected.audience + "\" but ";
  if (is_present(aud)) {
    if (aud.text() == expected.audience) return {};
    return refuse("audience_mismatch", wanted + "found \"" + aud.text() + "\"");
  }
  if (!aud.is_array())
    return refuse("audience_missing",
                  "Audience (aud) claim must be a string or array of strings present in the ID token");
  std::string found;
  for (const auto& one : aud.items()) {
    if (one.is_string() && one.text() == expected.audience) return {};
    found.append(found.empty() ? "" : ", ").append(one.text());
  }
  return refuse("audience_mismatch", wanted + "was not one of \"" + found + "\"");
}

Verdict check_nonce(const Value& claims, const IdTokenExpectations& expected) {
  if (expected.nonce.empty()) return {};
  return check_text(claims["nonce"], {"Nonce", "nonce", "nonce"}, expected.nonce, expected.nonce);
}

Verdict check_authorized_party(const Value& claims, const IdTokenExpectations& expected) {
  if (!claims["aud"].is_array() || claims["aud"].size() < 2) return {};
  return check_text(claims["azp"],
                    {"Authorized Party", "azp", "authorized_party", " mismatch in the ID token; expected \"",
                     " when Audience (aud) claim has multiple values"},
                    expected.audience, expected.audience);
}

std::optional<double> time_claim(const Value& claims, const char* name) {
  const auto time = claims[name].as_double();
  return time && std::isfinite(*time) ? time : std::nullopt;
}

Verdict check_expiration(const Value& claims, const IdTokenExpectations& expected) {
  const auto exp = time_claim(claims, "exp");
  if (!exp) return refuse("expiration_missing", "Expiration Time (exp) claim must be a number present in the ID token");
  if (!time_claim(claims, "iat"))
    return refuse("issued_at_missing", "Issued At (iat) claim must be a number present in the ID token");
  const auto end = *exp + expected.leeway;
  if (static_cast<double>(expected.now) <= end) return {};
  return refuse(
      "token_expired",
      "Expiration Time (exp) claim error in the ID token; current time \"{}\" is after expiration time \"{}\"",
      {expected.now, static_cast<std::int64_t>(end)});
}

Verdict check_not_before(const Value& claims, const IdTokenExpectations& expected) {
  const auto nbf = time_claim(claims, "nbf");
  if (!nbf) return {};
  const auto start = *nbf - expected.leeway;
  if (static_cast<double>(expected.now) >= start) return {};
  return refuse("token_not_yet_valid",
                "Not Before Time (nbf) claim error in the ID token; current time \"{}\" is before the not before time "
                "\"{}\"",
                {expected.now, static_cast<std::int64_t>(start)});
}

Verdict check_authentication_age(const Value& claims, const IdTokenExpectations& expected) {
  if (!expected.max_age) return {};
  const auto auth_time = time_claim(claims, "auth_time");
  if (!auth_time)
    return refuse(
        "auth_time_missing",
        "Authentication Time (auth_time) claim must be a number present in the ID token when Max Age (max_age) "
        "is specified");
  const auto end = *auth_time + *expected.max_age + expected.leeway;
  if (static_cast<double>(expected.now) <= end) return {};
  return refuse(
      "authentication_too_old",
      "Authentication Time (auth_time) claim in the ID token indicates that too much time has passed since the "
      "last end-user authentication. Current time \"{}\" is after last auth time at \"{}\"",
      {expected.now, static_cast<std::int64_t>(end)});
}

Verdict check_organization(const Value& claims, const IdTokenExpectations& expected) {
  const std::string& asked = expected.organization;
  if (asked.empty()) return {};
  if (asked.starts_with("org_"))
    return check_text(claims["org_id"], {"Organization Id", "org_id", "organization"}, asked, asked);
  return check_text(claims["org_name"], {"Organization Name", "org_name", "organization"}, text::lower(asked), asked);
}

}  // namespace

Verdict validate_id_token_claims(const Value& claims, const IdTokenExpectations& expected) {
  using Rule = Verdict (*)(const Value&, const IdTokenExpectations&);
  // The order is the interface: the first broken rule names the error.
  constexpr Rule rules[] = {check_issuer,           check_subject,    check_audience,   check_nonce,
                            check_authorized_party, check_expiration, check_not_before, check_authentication_age,
                            check_organization};
  for (const Rule rule : rules)
    if (auto violation = rule(claims, expected)) return violation;
  return {};
}

std::string left_half_hash(std::string_view sha256) { return text::base64url_encode(sha256.substr(0, 16)); }

}  // namespace ostia::oidc
