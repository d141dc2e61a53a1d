#include "ostia/oidc/id_token.hpp"

#include <algorithm>

#include "ostia/oidc/audience.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::oidc {
namespace {

using Verdict = std::optional<Violation>;
using json::Value;

Verdict refuse(const char* reason, std::string text, std::vector<std::int64_t> dates = {}) {
  return Violation{reason, std::move(text), std::move(dates)};
}

// The rules read claims as a parsed value or in place (`json::Members`); both have the same words.

bool is_present(const auto& claim) { return claim.is_string() && !claim.text().empty(); }

// A claim that must be a string and say what is expected; the words around are the package's.
struct TextRule {
  const char* title;
  const char* claim;
  const char* reason;
  const char* mismatch = " value mismatch in the ID token; expected \"";
  const char* missing = "";
};

Violation text_violation(const TextRule& rule, const char* outcome, std::string rest) {
  std::string text = std::string(rule.title).append(" (").append(rule.claim).append(") claim").append(rest);
  return {std::string(rule.reason).append(outcome), std::move(text), {}};
}

Verdict check_text(const auto& found, const TextRule& rule, const std::string& expected, const std::string& shown) {
  if (!is_present(found))
    return text_violation(rule, "_missing", std::string(" must be a string present in the ID token") + rule.missing);
  if (found.text() == expected) return {};
  return text_violation(rule, "_mismatch",
                        std::string(rule.mismatch).append(shown).append("\", found \"").append(found.text()) + "\"");
}

// WA-087 · OpenID Connect Core section 3.1.3.7
Verdict check_issuer(const auto& claims, const IdTokenExpectations& expected) {
  return check_text(claims["iss"], {"Issuer", "iss", "issuer", " mismatch in the ID token, expected \""},
                    expected.issuer, expected.issuer);
}

// WA-088 · OpenID Connect Core section 2
Verdict check_subject(const auto& claims, const IdTokenExpectations&) {
  if (is_present(claims["sub"])) return {};
  return refuse("subject_missing", "Subject (sub) claim must be a string present in the ID token");
}

Verdict audience_mismatch(const IdTokenExpectations& expected, std::string found) {
  return refuse("audience_mismatch",
                "Audience (aud) claim mismatch in the ID token; expected \"" + expected.audience + "\" but " + found);
}

// WA-089 · OpenID Connect Core section 3.1.3.7
Verdict check_audience(const auto& claims, const IdTokenExpectations& expected) {
  if (is_for(claims, expected.audience)) return {};
  const auto& aud = claims["aud"];
  if (is_present(aud)) return audience_mismatch(expected, std::string("found \"").append(aud.text()) + "\"");
  if (!aud.is_array())
    return refuse("audience_missing",
                  "Audience (aud) claim must be a string or array of strings present in the ID token");
  std::string found;
  for (const auto& one : aud.items()) found.append(found.empty() ? "" : ", ").append(one.text());
  return audience_mismatch(expected, "was not one of \"" + found + "\"");
}

// WA-091, WA-092, WA-093 · OpenID Connect Core section 3.1.3.7
Verdict check_nonce(const auto& claims, const IdTokenExpectations& expected) {
  if (expected.nonce.empty()) return {};
  return check_text(claims["nonce"], {"Nonce", "nonce", "nonce"}, expected.nonce, expected.nonce);
}

// WA-090 · OpenID Connect Core section 3.1.3.7
Verdict check_authorized_party(const auto& claims, const IdTokenExpectations& expected) {
  if (!claims["aud"].is_array() || claims["aud"].size() < 2) return {};
  return check_text(claims["azp"],
                    {"Authorized Party", "azp", "authorized_party", " mismatch in the ID token; expected \"",
                     " when Audience (aud) claim has multiple values"},
                    expected.audience, expected.audience);
}

Seconds now_of(const IdTokenExpectations& expected) { return static_cast<Seconds>(expected.now); }
std::int64_t date_of(Seconds time) { return static_cast<std::int64_t>(time); }

// WA-094, WA-095 · RFC 7519 section 4.1.4
Verdict check_expiration(const auto& claims, const IdTokenExpectations& expected) {
  const auto exp = time_of(claims["exp"], Whole::before);
  if (!exp) return refuse("expiration_missing", "Expiration Time (exp) claim must be a number present in the ID token");
  if (!time_of(claims["iat"], Whole::before))
    return refuse("issued_at_missing", "Issued At (iat) claim must be a number present in the ID token");
  const Seconds end = *exp + expected.leeway;  // at which it is over, not after which
  if (now_of(expected) < end) return {};
  return refuse(
      "token_expired",
      "Expiration Time (exp) claim error in the ID token; current time \"{}\" is after expiration time \"{}\"",
      {expected.now, date_of(end)});
}

// A time that cannot be read is none that has come.
// WA-098 · RFC 7519 section 4.1.5
Verdict check_not_before(const auto& claims, const IdTokenExpectations& expected) {
  const auto* nbf = claims.find("nbf");
  if (!nbf) return {};
  const auto time = time_of(*nbf, Whole::after);
  if (!time) return refuse("not_before_malformed", "Not Before Time (nbf) claim must be a number in the ID token");
  const Seconds start = *time - expected.leeway;
  if (now_of(expected) >= start) return {};
  return refuse("token_not_yet_valid",
                "Not Before Time (nbf) claim error in the ID token; current time \"{}\" is before the not before time "
                "\"{}\"",
                {expected.now, date_of(start)});
}

// WA-100 · OpenID Connect Core section 3.1.3.7
Verdict check_authentication_age(const auto& claims, const IdTokenExpectations& expected) {
  if (!expected.max_age) return {};
  const auto auth_time = time_of(claims["auth_time"], Whole::before);
  if (!auth_time)
    return refuse(
        "auth_time_missing",
        "Authentication Time (auth_time) claim must be a number present in the ID token when Max Age (max_age) "
        "is specified");
  const Seconds end = *auth_time + *expected.max_age + expected.leeway;
  if (now_of(expected) <= end) return {};
  return refuse(
      "authentication_too_old",
      "Authentication Time (auth_time) claim in the ID token indicates that too much time has passed since the "
      "last end-user authentication. Current time \"{}\" is after last auth time at \"{}\"",
      {expected.now, date_of(end)});
}

// WA-102, WA-103 · Auth0: org_id
Verdict check_organization(const auto& claims, const IdTokenExpectations& expected) {
  const std::string& asked = expected.organization;
  if (asked.empty()) return {};
  if (asked.starts_with("org_"))
    return check_text(claims["org_id"], {"Organization Id", "org_id", "organization"}, asked, asked);
  return check_text(claims["org_name"], {"Organization Name", "org_name", "organization"}, text::lower(asked), asked);
}

// An ID token must not pass where an access token is asked for (CVE-2025-68129 the other way round).
Verdict check_is_no_id_token(const auto& claims, const IdTokenExpectations&) {
  for (const char* claim : {"nonce", "at_hash", "c_hash", "s_hash"})
    if (claims[claim].is_string())
      return refuse("id_token_used", std::string("Nonce (") + claim + ") claim says that this is an ID token");
  return {};
}

// RFC 7519 section 4.1.7
Verdict check_name(const auto& claims, const IdTokenExpectations&) {
  const auto* jti = claims.find("jti");
  if (!jti || jti->is_string()) return {};
  return refuse("jti_malformed", "JWT ID (jti) claim must be a string in the ID token");
}

template <class Claims>
struct Rule {
  const char* name;
  Verdict (*check)(const Claims&, const IdTokenExpectations&);
};

// The order is the interface: the first broken rule names the error.
template <class Claims>
constexpr Rule<Claims> id_token_rules[] = {{"issuer", check_issuer<Claims>},
                                           {"subject", check_subject<Claims>},
                                           {"audience", check_audience<Claims>},
                                           {"nonce", check_nonce<Claims>},
                                           {"authorized_party", check_authorized_party<Claims>},
                                           {"expiration", check_expiration<Claims>},
                                           {"not_before", check_not_before<Claims>},
                                           {"authentication_age", check_authentication_age<Claims>},
                                           {"organization", check_organization<Claims>}};

template <class Claims>
constexpr Rule<Claims> access_token_rules[] = {{"issuer", check_issuer<Claims>},
                                               {"subject", check_subject<Claims>},
                                               {"audience", check_audience<Claims>},
                                               {"expiration", check_expiration<Claims>},
                                               {"not_before", check_not_before<Claims>},
                                               {"token_type", check_is_no_id_token<Claims>},
                                               {"name", check_name<Claims>},
                                               {"organization", check_organization<Claims>}};

Verdict first_broken(const auto& claims, const IdTokenExpectations& expected, const auto& rules) {
  for (const auto& rule : rules)
    if (auto violation = rule.check(claims, expected)) return violation;
  return {};
}

Verdict about_access_tokens(Verdict violation) {
  if (violation && violation->reason != "id_token_used")
    if (const auto at = violation->unworded.find("ID token"); at != std::string::npos)
      violation->unworded.replace(at, 8, "access token");
  return violation;
}

}  // namespace

Verdict validate_id_token_claims(const Value& claims, const IdTokenExpectations& expected) {
  return first_broken(claims, expected, id_token_rules<Value>);
}

Verdict validate_id_token_claims(const json::Members& claims, const IdTokenExpectations& expected) {
  return first_broken(claims, expected, id_token_rules<json::Members>);
}

Verdict validate_access_token_claims(const Value& claims, const IdTokenExpectations& expected) {
  return about_access_tokens(first_broken(claims, expected, access_token_rules<Value>));
}

Verdict validate_access_token_claims(const json::Members& claims, const IdTokenExpectations& expected) {
  return about_access_tokens(first_broken(claims, expected, access_token_rules<json::Members>));
}

std::vector<Outcome> explain_access_token_claims(const Value& claims, const IdTokenExpectations& expected) {
  std::vector<Outcome> out;
  for (const auto& rule : access_token_rules<Value>)
    out.push_back({rule.name, about_access_tokens(rule.check(claims, expected))});
  return out;
}

std::vector<Outcome> explain_id_token_claims(const Value& claims, const IdTokenExpectations& expected) {
  std::vector<Outcome> out;
  for (const auto& rule : id_token_rules<Value>) out.push_back({rule.name, rule.check(claims, expected)});
  return out;
}

std::string left_half_hash(std::string_view digest) {
  return text::base64url_encode(digest.substr(0, digest.size() / 2));
}

}  // namespace ostia::oidc
