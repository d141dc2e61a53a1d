#include "grants/consent.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

bool is_exempt(const Authority& a, const AuthorizationRequest& r, const Access& access) {
  const auto tenant = a.tenant();
  if (!tenant->find_client(r.client_id)->is_first_party) return false;
  const auto uri = url::parse(r.redirect_uri);
  if (uri && url::is_loopback_host(uri->host) && !tenant->skips_consent_on_loopback) return false;
  const auto api = tenant->find_api(access.audience);
  return !api || api->skips_consent;
}

}  // namespace

Async<bool> needs_consent(Authority& a, const AuthorizationRequest& r, const Access& access, std::string user_id) {
  if (r.prompts("consent")) co_return true;
  if (is_exempt(a, r, access)) co_return false;
  CO_TRY(const auto rows,
         a.store.query({"SELECT scope FROM consents WHERE user_id = $1 AND client_id = $2 AND audience = $3",
                        {std::move(user_id), r.client_id, access.audience}}));
  if (rows.empty()) co_return true;
  const std::string agreed = text_at(rows.first(), 0);
  const auto words = text::split(access.scope, ' ');
  const bool all = std::all_of(words.begin(), words.end(), [&](auto word) { return text::has_word(agreed, word); });
  co_return !all;
}

Statement keep_consent(const std::string& user_id, const std::string& client_id, const Access& access) {
  return {
      "INSERT INTO consents (user_id, client_id, audience, scope) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, "
      "client_id, "
      "audience) DO UPDATE SET scope = consents.scope || ' ' || excluded.scope",
      {user_id, client_id, access.audience, access.scope}};
}

std::vector<Statement> revoke_access(const std::string& user_id, const std::string& client_id, std::int64_t now) {
  std::vector<Statement> out;
  out.push_back(
      {"INSERT INTO revoked_grants (id, expires_at) SELECT DISTINCT grant_id, CAST($3 AS BIGINT) FROM refresh_tokens "
       "WHERE user_id = $1 AND client_id = $2 ON CONFLICT (id) DO NOTHING",
       {user_id, client_id, now + longest_access_token}});
  out.push_back({"DELETE FROM refresh_tokens WHERE user_id = $1 AND client_id = $2", {user_id, client_id}});
  return out;
}

std::vector<Statement> withdraw(const std::string& user_id, const std::string& client_id, std::int64_t now) {
  auto out = revoke_access(user_id, client_id, now);
  out.push_back({"DELETE FROM consents WHERE user_id = $1 AND client_id = $2", {user_id, client_id}});
  return out;
}

}  // namespace ostia::authority
