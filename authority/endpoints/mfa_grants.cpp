#include "endpoints/mfa_grants.hpp"

#include "endpoints/gate.hpp"
#include "grants/mfa_token.hpp"
#include "grants/tokens.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t oob_lifetime = 300, token_memory = 24 * 3600;  // seconds

Error wrong(Error e, const char* what) {
  if (e.code == "access_denied") {
    e.code = "invalid_grant";
    e.description = std::string("Invalid ") + what + ".";
  }
  return e;
}

// AZ-1405 · Auth0: mfa_token
Async<PendingGrant> open_pending(Authority& a, const Request& request, const Client& client, const Parameters& p,
                                 const char* proof) {
  for (const char* name : {"mfa_token", proof})
    if (p.get(name).empty()) co_return missing_parameter(name);
  CO_AWAIT(auto pending, open_mfa_token(a, request, client.id, std::string(p.get("mfa_token"))));
  if (!pending && pending.error().code == "invalid_token")
    co_return oauth(403, "invalid_grant", "Malformed mfa_token", "mfa_token_invalid");
  co_return pending;
}

// The token request goes on where it ended, by what holds now; its mfa_token is used up.
Async<Value> finish(Authority& a, const Request& request, const Client& client, PendingGrant pending) {
  CO_TRY(const auto first, use_once(a, pending.token, a.clock.now() + token_memory));
  if (!first) co_return oauth(403, "invalid_grant", "Malformed mfa_token", "mfa_token_used");
  Grant grant = std::move(pending.grant);
  grant.with_second_factor = true;
  grant.auth_time = a.clock.now();
  const Error otherwise = oauth(403, "invalid_grant", "Malformed mfa_token");
  CO_TRY(const auto passed, pass_gate(a, request, std::move(grant), {protocol::Way::second_factor, {}, otherwise}));
  CO_RETURN(issue_tokens(a, request, client, passed.grant, passed.user));
}

// As SDKs call the kinds of factors that the API knows.
std::string_view api_name(std::string_view type) { return type == "sms" ? "phone" : type; }

Value types_of(const std::vector<std::string>& types) {
  Value out = Value::array();
  std::vector<std::string> seen;
  for (const auto& type : types) {
    const std::string name(api_name(type));
    if (name.starts_with("webauthn-") || name == "passkey" || std::find(seen.begin(), seen.end(), name) != seen.end())
      continue;
    seen.push_back(name);
    out.push_back(Value::object({{"type", name}}));
  }
  return out;
}

}  // namespace

// AZ-1401 · Auth0: mfa_requirements
Async<Value> mfa_requirements(Authority& a, const Request& request, std::string mfa_token) {
  CO_TRY(const auto pending, open_mfa_token(a, request, {}, std::move(mfa_token)));
  CO_TRY(const auto factors, factors_of(a, pending.user));
  std::vector<std::string> own;
  for (const auto& one : factors.usable) own.push_back(one.type);
  if (!own.empty()) co_return Value::object({{"challenge", types_of(own)}});
  if (!pending.may_enrol) co_return Value::object({{"challenge", Value::array()}});
  const auto tenant = a.tenant();
  co_return Value::object({{"enroll", types_of(tenant->factors)}});
}

std::string seal_oob_code(const Authority& a, const std::string& user_id, const std::string& authenticator_id) {
  return seal_ticket(a, "mfa_oob", Value::object({{"user_id", user_id}, {"authenticator", authenticator_id}}),
                     oob_lifetime);
}

// AZ-1402 · Auth0: mfa-otp
Async<Value> mfa_otp_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  CO_TRY(auto pending, open_pending(a, request, client, p, "otp"));
  CO_AWAIT(const auto proven, prove_by_otp(a, request, pending.user, std::string(p.get("otp")), true));
  if (!proven) co_return wrong(proven.error(), "otp_code");
  CO_RETURN(finish(a, request, client, std::move(pending)));
}

// AZ-1403 · Auth0: mfa-oob
Async<Value> mfa_oob_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  CO_TRY(auto pending, open_pending(a, request, client, p, "oob_code"));
  if (p.get("binding_code").empty()) co_return missing_parameter("binding_code");
  const auto sent = open_ticket(a, "mfa_oob", p.get("oob_code"));
  const Error invalid = oauth(403, "invalid_grant", "Invalid oob_code.", "oob_code_invalid");
  if (!sent || (*sent)["user_id"] != Value(pending.user.id)) co_return invalid;
  CO_TRY(const auto authenticator, challenged(a, pending.user, (*sent)["authenticator"].text()));
  if (!authenticator) co_return invalid;
  auto proving =
      prove_by_message(a, request, pending.user, *authenticator, std::string(p.get("binding_code")), client.id);
  if (const auto proven = co_await std::move(proving); !proven) co_return wrong(proven.error(), "binding_code");
  CO_RETURN(finish(a, request, client, std::move(pending)));
}

// AZ-1404 · Auth0: mfa-recovery-code
Async<Value> mfa_recovery_code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  CO_TRY(auto pending, open_pending(a, request, client, p, "recovery_code"));
  auto proving = prove_by_recovery_code(a, request, pending.user, std::string(p.get("recovery_code")));
  if (const auto proven = co_await std::move(proving); !proven) co_return wrong(proven.error(), "recovery_code");
  // It is used up; the next one goes along with the tokens, the only time that it is shown.
  NewRecoveryCode next = make_recovery_code(a, pending.user.id);
  CO_TRY_VOID(a.store.commit(std::move(next.keep)));
  CO_AWAIT(auto tokens, finish(a, request, client, std::move(pending)));
  if (tokens) tokens->set("recovery_code", next.code);
  co_return tokens;
}

}  // namespace ostia::authority
