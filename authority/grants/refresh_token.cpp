#include "grants/refresh_token.hpp"

#include "ostia/text/base64url.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t never = 253'402'300'799;  // the end of the year 9999

std::string id_of(std::string_view token) { return text::base64url_encode(sha256(token)); }

Error refused(std::string reason) {
  return oauth(403, "invalid_grant", "Unknown or invalid refresh token.", std::move(reason));
}

std::int64_t expiry(const RefreshTokenSettings& s, std::int64_t now, std::int64_t absolute) {
  return s.idle_expiring ? std::min(absolute, now + s.idle_lifetime) : absolute;
}

// Nothing more is given for a grant that has been revoked: its code may have been played back a moment ago.
Statement insertion(const std::string& token, const Client& client, const Grant& grant, std::int64_t now,
                    std::int64_t absolute) {
  Value body = grant.to_json();
  body.set("absolute", absolute);
  return {
      "INSERT INTO refresh_tokens (id, grant_id, client_id, user_id, body, created_at, used_at, expires_at) SELECT "
      "$1, $2, $3, $4, $5, $6, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM revoked_grants WHERE id = $2) RETURNING id",
      {id_of(token), grant.id, client.id, grant.user_id, json::write(body), now,
       expiry(client.refresh_tokens, now, absolute)},
      true};
}

Async<std::optional<RefreshToken>> find(Authority& a, std::string token) {
  CO_TRY(const auto rows,
         a.store.query(
             {"SELECT id, grant_id, client_id, body, used_at, rotated_at, expires_at FROM refresh_tokens WHERE id = $1",
              {id_of(token)}}));
  if (rows.empty()) co_return std::optional<RefreshToken>();
  const Row& r = rows.first();
  const auto body = json::parse(text_at(r, 3));
  if (!body) co_return body.error();
  co_return std::optional(RefreshToken{text_at(r, 0), text_at(r, 1), text_at(r, 2), Grant::from_json(*body),
                                       int_at(r, 4), int_at(r, 5), int_at(r, 6),
                                       (*body)["absolute"].as_int().value_or(0)});
}

Async<std::string> end_family(Authority& a, RefreshToken kept) {
  CO_TRY_VOID(revoke_grant(a, kept.grant_id));
  co_return refused("refresh_token_reused");
}

Async<std::string> rotate(Authority& a, const Client& client, RefreshToken kept) {
  const std::int64_t now = a.clock.now();
  if (kept.rotated_at != 0 && now > kept.rotated_at + client.refresh_tokens.leeway) {
    CO_RETURN(end_family(a, kept));
  }
  const std::string next = random_id();
  std::vector<Statement> statements;
  // The successor is made only if this statement found the token unrotated, or within the overlap.
  statements.push_back(insertion(next, client, kept.grant, now, kept.absolute));
  statements.push_back(
      {"UPDATE refresh_tokens SET rotated_at = COALESCE(rotated_at, $2), used_at = $2 WHERE id = $1 AND "
       "(rotated_at IS NULL OR rotated_at + $3 >= $2 AND $3 > 0) RETURNING id",
       {kept.id, now, client.refresh_tokens.leeway}});
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched") co_return refused("grant_revoked");
  if (!done) co_return done.error();
  if (done->empty()) {  // two at once without an overlap: one of them is not the owner
    CO_RETURN(end_family(a, kept));
  }
  co_return next;
}

Async<std::string> keep(Authority& a, const Client& client, RefreshToken kept) {
  constexpr std::int64_t touch_interval = 60;  // seconds: not every refresh needs a write
  const std::int64_t now = a.clock.now();
  if (client.refresh_tokens.idle_expiring && kept.used_at + touch_interval <= now) {
    CO_TRY_VOID(a.store.write({"UPDATE refresh_tokens SET used_at = $2, expires_at = $3 WHERE id = $1",
                               {kept.id, now, expiry(client.refresh_tokens, now, kept.absolute)}}));
  }
  co_return std::string();
}

}  // namespace

Async<std::string> issue_refresh_token(Authority& a, const Client& client, const Grant& grant) {
  const std::int64_t now = a.clock.now();
  const std::string token = random_id();
  CO_AWAIT(const auto done,
           a.store.write(insertion(token, client, grant, now,
                                   client.refresh_tokens.expiring ? now + client.refresh_tokens.lifetime : never)));
  if (!done && done.error().reason == "store_unmatched") co_return refused("grant_revoked");
  if (!done) co_return done.error();
  co_return token;
}

Async<RefreshToken> read_refresh_token(Authority& a, const Client& client, std::string token) {
  CO_TRY(auto kept, find(a, std::move(token)));
  if (!kept || kept->client_id != client.id) co_return refused("refresh_token_unknown");
  co_return *kept;
}

Async<std::string> use_refresh_token(Authority& a, const Client& client, RefreshToken token) {
  if (token.expires_at <= a.clock.now()) co_return refused("refresh_token_expired");
  // A token that was rotated stays one, even if the application has stopped rotating.
  CO_RETURN(client.refresh_tokens.rotating || token.rotated_at != 0 ? rotate(a, client, std::move(token))
                                                                    : keep(a, client, std::move(token)));
}

Async<Unit> revoke_refresh_token(Authority& a, const Client& client, std::string token) {
  CO_TRY(const auto kept, find(a, std::move(token)));
  if (!kept || kept->client_id != client.id) co_return Unit{};
  CO_RETURN(revoke_grant(a, kept->grant_id));
}

}  // namespace ostia::authority
