#include "endpoints/session_transfer.hpp"

#include "endpoints/gate.hpp"
#include "grants/session_transfer.hpp"
#include "ostia/text/ascii.hpp"
#include "protocol/session_transfer.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Status may_ask(const Client& client, const Grant& grant) {
  const auto no = protocol::judge_transfer_asker({.is_own = client.is_first_party,
                                                  .makes_tokens = client.session_transfer.makes_tokens,
                                                  .was_transferred = !grant.transferred_from.empty()});
  if (!no) return ok();
  return oauth(no->status, std::string(no->code), std::string(no->description), std::string(no->reason));
}

}  // namespace

Async<Value> transfer_session(Authority& a, const Request& request, const Client& client, RefreshToken token) {
  if (auto may = may_ask(client, token.grant); !may) co_return std::move(may).error();
  CO_TRY(const auto passed, pass_gate(a, request, token.grant,
                                      {protocol::Way::refresh, "oauth2-refresh-token",
                                       oauth(403, "invalid_grant", "Unknown or invalid refresh token.")}));
  const std::string sealed = issue_session_transfer(a, request, passed.grant);
  CO_TRY(const auto next, use_refresh_token(a, client, std::move(token)));
  Value out = Value::object({{"access_token", sealed},
                             {"issued_token_type", session_transfer_type},
                             {"token_type", "N_A"},
                             {"expires_in", session_transfer_lifetime}});
  if (next.empty()) co_return out;
  out.set("refresh_token", next);
  if (text::has_word(passed.grant.scope, "openid"))
    out.set("id_token", issue_id_token(a, passed.grant, passed.user, client, {}, {}));
  co_return out;
}

}  // namespace ostia::authority
