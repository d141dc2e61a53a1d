#include "grants/code.hpp"

#include "ostia/oauth/pkce.hpp"
#include "protocol/code.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::CodeStep;

Error refused(std::string_view reason) {
  if (reason == "redirect_uri_mismatch")
    return oauth(403, "invalid_grant",
                 "The redirect URI is wrong: it must be the one that the authorization request had.",
                 std::string(reason));
  if (reason == "code_verifier_mismatch")
    return oauth(403, "invalid_grant", "Failed to verify code verifier", std::string(reason));
  return oauth(403, "invalid_grant", "Invalid authorization code", std::string(reason));
}

// Both ways: a challenge needs its verifier, and a verifier needs a challenge.
// AZ-603 · RFC 7636 section 4.6; RFC 9700 section 2.1.1
bool is_proven(const std::string& challenge, const std::string& verifier) {
  if (challenge.empty() || verifier.empty()) return challenge.empty() && verifier.empty();
  return oauth::is_code_verifier(verifier) &&
         equal_in_constant_time(oauth::code_challenge(sha256(verifier)), challenge);
}

}  // namespace

Async<std::string> issue_code(Authority& a, const Grant& grant, const std::string& redirect_uri,
                              const std::string& code_challenge) {
  Value v = grant.to_json();
  const std::int64_t until = a.clock.now() + protocol::code_lifetime;
  v.set("redirect_uri", redirect_uri);
  if (!code_challenge.empty()) v.set("code_challenge", code_challenge);
  v.set("until", until);
  std::vector<Statement> keep;
  std::string code = put_into_address(a.codes, json::write(v), until, keep);
  if (!keep.empty()) CO_TRY_VOID(a.store.commit(std::move(keep)));
  co_return code;
}

Async<Grant> redeem_code(Authority& a, std::string code, std::string client_id, std::string redirect_uri,
                         std::string code_verifier) {
  CO_TRY(const auto text, take_from_address(a, a.codes, code));
  const auto parsed = text ? json::parse(*text) : Result<Value>(Value());
  const Value v = parsed ? *parsed : Value();
  protocol::PresentedCode presented{.is_ours = v.is_object(),
                                    .until = v["until"].as_int().value_or(0),
                                    .is_of_client = v["client_id"].text() == client_id,
                                    .redirect_uri_fits = v["redirect_uri"].text() == redirect_uri,
                                    .verifier_fits = is_proven(v["code_challenge"].text(), code_verifier)};
  auto next = judge_code(presented, a.clock.now());
  if (next.step == CodeStep::mark_used) {
    CO_TRY(presented.is_first, use_once(a, code, presented.until));
    next = judge_code(presented, a.clock.now());
  }
  if (next.step == CodeStep::end_family) CO_TRY_VOID(revoke_grant(a, v["id"].text()));
  if (next.step != CodeStep::redeem) co_return refused(next.reason);
  co_return Grant::from_json(v);
}

}  // namespace ostia::authority
