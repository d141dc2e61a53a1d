#include "grants/code.hpp"

#include "ostia/oauth/pkce.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 60;  // seconds (ASVS 10.4.3)

Error invalid_grant(std::string description, std::string reason) {
  return {"invalid_grant", std::move(description), std::move(reason), 403};
}

// RFC 7636 section 4.6, both ways: a challenge needs its verifier, and a verifier needs a challenge (RFC 9700
// section 2.1.1).
bool is_proven(const std::string& challenge, const std::string& verifier) {
  if (challenge.empty() || verifier.empty()) return challenge.empty() && verifier.empty();
  return oauth::is_code_verifier(verifier) &&
         equal_in_constant_time(oauth::code_challenge(sha256(verifier)), challenge);
}

}  // namespace

std::string issue_code(const Authority& a, const Grant& grant, const std::string& redirect_uri,
                       const std::string& code_challenge) {
  Value v = grant.to_json();
  v.set("redirect_uri", redirect_uri);
  v.set("code_challenge", code_challenge);
  v.set("until", a.clock.now() + lifetime);
  return a.codes.seal(json::write(v));
}

Async<Grant> redeem_code(Authority& a, std::string code, std::string client_id, std::string redirect_uri,
                         std::string code_verifier) {
  const auto text = a.codes.open(code);
  const auto v = text ? json::parse(*text) : Result<Value>(Error{});
  if (!v) co_return invalid_grant("Invalid authorization code", "code_unknown");
  const std::int64_t until = (*v)["until"].as_int().value_or(0), now = a.clock.now();
  if (until < now) co_return invalid_grant("Invalid authorization code", "code_expired");
  if ((*v)["client_id"].text() != client_id)
    co_return invalid_grant("Invalid authorization code", "code_of_another_client");

  CO_TRY(const auto first, use_once(a, code, until));
  if (!first) {  // RFC 6749 section 4.1.2: what the code gave may be in a thief's hands
    CO_TRY_VOID(revoke_grant(a, (*v)["id"].text()));
    co_return invalid_grant("Invalid authorization code", "code_replayed");
  }

  if ((*v)["redirect_uri"].text() != redirect_uri)
    co_return invalid_grant("The redirect URI is wrong: it must be the one that the authorization request had.",
                            "redirect_uri_mismatch");
  if (!is_proven((*v)["code_challenge"].text(), code_verifier))
    co_return invalid_grant("Failed to verify code verifier", "code_verifier_mismatch");
  co_return Grant::from_json(*v);
}

}  // namespace ostia::authority
