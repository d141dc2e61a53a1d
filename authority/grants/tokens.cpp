#include "grants/tokens.hpp"
#include "accounts/users.hpp"

#include "grants/consent.hpp"
#include "grants/proof.hpp"
#include "grants/refresh_token.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {

using json::Value;

Value token_response(const Authority& a, const Client& client, const Grant& grant, const User& user,
                     const std::string& refresh_token) {
  const AccessToken token = issue_access_token(a, grant, false);
  Value out = Value::object({{"access_token", token.value}});
  if (!refresh_token.empty()) out.set("refresh_token", refresh_token);
  if (text::has_word(grant.scope, "openid"))
    out.set("id_token", issue_id_token(a, grant, user, client, token.value, {}));
  if (!grant.scope.empty()) out.set("scope", grant.scope);
  out.set("expires_in", token.expires_in);
  out.set("token_type", token_type(grant));
  return out;
}

Async<Value> issue_tokens(Authority& a, const Request& request, const Client& client, const Grant& grant,
                          const User& user) {
  std::string refresh_token;
  if (text::has_word(grant.scope, "offline_access")) {
    CO_TRY_VOID(tell_of_application(a, request, user, client));
    CO_TRY(auto issued, issue_refresh_token(a, client, grant));
    refresh_token = issued;
  }
  co_return token_response(a, client, grant, user, refresh_token);
}

}  // namespace ostia::authority
