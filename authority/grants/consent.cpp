#include "grants/consent.hpp"

#include "protocol/words.hpp"

#include "accounts/notices.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

// AZ-203, AZ-204 · Auth0: skip_consent_for_verifiable_first_party_clients
bool is_exempt(const Authority& a, const AuthorizationRequest& r, const Access& access) {
  const auto tenant = a.tenant();
  if (!tenant->find_client(r.client_id)->is_first_party) return false;
  const auto uri = url::parse(r.redirect_uri);
  if (uri && url::is_loopback_host(uri->host) && !tenant->skips_consent_on_loopback) return false;
  const auto api = tenant->find_api(access.audience);
  return !api || api->skips_consent;
}

}  // namespace

namespace {

Async<Consent> read_consent(Authority& a, std::string user_id, std::string client_id, Access access) {
  CO_TRY(
      const auto rows,
      a.store.query({"SELECT (SELECT count(*) FROM consents WHERE user_id = $1 AND client_id = $2 AND audience = $3), "
                     "(SELECT scope FROM consents WHERE user_id = $1 AND client_id = $2 AND audience = $3), "
                     "(SELECT times FROM withdrawals WHERE user_id = $1 AND client_id = $2)",
                     {std::move(user_id), std::move(client_id), access.audience}}));
  const Row& row = rows.first();
  const auto words = text::split(access.scope, ' ');
  const bool has_all =
      std::all_of(words.begin(), words.end(), [&](auto word) { return text::has_word(text_at(row, 1), word); });
  co_return Consent{int_at(row, 0) == 0 || !has_all, int_at(row, 2)};
}

}  // namespace

Async<Consent> consent_of(Authority& a, const AuthorizationRequest& r, Access access, std::string user_id,
                          std::string session_id) {
  const bool asks = r.prompts("consent");
  if (!asks && is_exempt(a, r, access)) co_return Consent{};
  CO_TRY(auto consent, read_consent(a, std::move(user_id), r.client_id, access));
  consent.is_missing = consent.is_missing || (asks && r.consented != session_id);
  co_return consent;
}

Async<Consent> consent_of_exchange(Authority& a, const Client& client, Access access, std::string user_id) {
  if (client.is_first_party) co_return Consent{};
  CO_RETURN(read_consent(a, std::move(user_id), client.id, access));
}

Async<bool> is_withdrawn(Authority& a, std::string user_id, std::string client_id, std::int64_t withdrawals) {
  if (withdrawals < 0) co_return false;
  CO_TRY(const auto rows,
         a.store.query({"SELECT 1 FROM withdrawals WHERE user_id = $1 AND client_id = $2 AND times > $3",
                        {std::move(user_id), std::move(client_id), withdrawals}}));
  const bool is = !rows.empty();
  co_return is;
}

Async<bool> has_agreed(Authority& a, std::string user_id, std::string client_id) {
  CO_TRY(const auto rows, a.store.query({"SELECT 1 FROM consents WHERE user_id = $1 AND client_id = $2 LIMIT 1",
                                         {std::move(user_id), std::move(client_id)}}));
  const bool has = !rows.empty();
  co_return has;
}

// ASVS 6.3.7, 10.7.3
Async<Unit> tell_of_application(Authority& a, const Request& request, User user, const Client& client) {
  CO_TRY(
      const auto before,
      a.store.query({"SELECT 1 FROM known_applications WHERE user_id = $1 AND client_id = $2 UNION ALL SELECT 1 FROM "
                     "consents WHERE user_id = $1 AND client_id = $2 UNION ALL SELECT 1 FROM refresh_tokens WHERE "
                     "user_id = $1 AND client_id = $2 LIMIT 1",
                     {user.id, client.id}}));
  if (!before.empty()) co_return Unit{};
  auto statements =
      together(Statement{"INSERT INTO known_applications (user_id, client_id, since) VALUES ($1, $2, $3) "
                         "ON CONFLICT (user_id, client_id) DO NOTHING RETURNING user_id",
                         {user.id, client.id, a.clock.now()},
                         true});
  if (auto mail = notice(a, request, user, {Notice::application_connected, client.id, client.name}))
    statements.push_back(*std::move(mail));
  CO_AWAIT(const auto told, a.store.commit(std::move(statements)));
  if (!told && told.error().reason != "store_unmatched") co_return told.error();  // which another request has told
  a.outbox.wake();
  co_return Unit{};
}

Async<Unit> keep_consent(Authority& a, std::string user_id, std::string client_id, Access access) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT scope FROM consents WHERE user_id = $1 AND client_id = $2 AND audience = $3",
                        {user_id, client_id, access.audience}}));
  const Words all(text_at(rows.first(), 0) + " " + access.scope);  // each once, however often they are agreed to
  CO_TRY_VOID(a.store.write(
      {"INSERT INTO consents (user_id, client_id, audience, scope) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, "
       "client_id, audience) DO UPDATE SET scope = excluded.scope",
       {std::move(user_id), std::move(client_id), access.audience, all.text()}}));
  co_return Unit{};
}

std::vector<Statement> revoke_access(const std::string& user_id, const std::string& client_id, std::int64_t now) {
  std::vector<Statement> out;
  out.push_back(
      {"INSERT INTO revoked_grants (id, expires_at) SELECT DISTINCT grant_id, CAST($3 AS BIGINT) FROM refresh_tokens "
       "WHERE user_id = $1 AND client_id = $2 ON CONFLICT (id) DO NOTHING",
       {user_id, client_id, now + longest_access_token}});
  out.push_back({"DELETE FROM refresh_tokens WHERE user_id = $1 AND client_id = $2", {user_id, client_id}});
  out.push_back({"DELETE FROM known_applications WHERE user_id = $1 AND client_id = $2", {user_id, client_id}});
  out.push_back(
      {"INSERT INTO withdrawals (user_id, client_id, times) VALUES ($1, $2, 1) ON CONFLICT (user_id, client_id) "
       "DO UPDATE SET times = withdrawals.times + 1",
       {user_id, client_id}});
  return out;
}

std::vector<Statement> withdraw(const std::string& user_id, const std::string& client_id, std::int64_t now) {
  auto out = revoke_access(user_id, client_id, now);
  out.push_back({"DELETE FROM consents WHERE user_id = $1 AND client_id = $2", {user_id, client_id}});
  return out;
}

std::vector<Statement> revoke_refresh_tokens(const std::string& user_id, std::int64_t now) {
  return together(
      Statement{"INSERT INTO revoked_grants (id, expires_at) SELECT DISTINCT grant_id, CAST($2 AS BIGINT) FROM "
                "refresh_tokens WHERE user_id = $1 ON CONFLICT (id) DO NOTHING",
                {user_id, now + longest_access_token}},
      Statement{"DELETE FROM refresh_tokens WHERE user_id = $1", {user_id}});
}

std::vector<Statement> withdraw_all(const std::string& user_id, std::int64_t now) {
  auto out = revoke_refresh_tokens(user_id, now);
  append(
      out,
      together(
          Statement{
              "INSERT INTO withdrawals (user_id, client_id, times) SELECT DISTINCT user_id, client_id, 1 FROM consents "
              "WHERE user_id = $1 ON CONFLICT (user_id, client_id) DO UPDATE SET times = withdrawals.times + 1",
              {user_id}},
          Statement{"DELETE FROM known_applications WHERE user_id = $1", {user_id}},
          Statement{"DELETE FROM consents WHERE user_id = $1", {user_id}}));
  return out;
}

}  // namespace ostia::authority
