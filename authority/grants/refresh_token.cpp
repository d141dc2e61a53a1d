#include "grants/refresh_token.hpp"

#include "ostia/text/base64url.hpp"
#include "protocol/refresh.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::RefreshStep;

constexpr std::int64_t never = 253'402'300'799;  // the end of the year 9999

std::string id_of(std::string_view token) { return text::base64url_encode(sha256(token)); }

Error refused(std::string reason) {
  return oauth(403, "invalid_grant", "Unknown or invalid refresh token.", std::move(reason));
}

// AZ-608 · Auth0: idle_token_lifetime
std::int64_t expiry(const RefreshTokenSettings& s, std::int64_t now, std::int64_t absolute) {
  return s.idle_expiring ? std::min(absolute, now + s.idle_lifetime) : absolute;
}

// Nothing more is given for a grant that has been revoked, nor to a person whose credentials have changed: that may
// have been a moment ago.
#define OSTIA_INSERT_REFRESH_TOKEN                                                                                   \
  "INSERT INTO refresh_tokens (id, grant_id, client_id, user_id, body, created_at, used_at, expires_at) SELECT $1, " \
  "$2, $3, $4, $5, $6, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM revoked_grants WHERE id = $2 OR id = $8) AND EXISTS "  \
  "(SELECT 1 FROM "

// What a token's row says of it beside its grant.
Value body_of(const Grant& grant, std::int64_t absolute) {
  Value body = grant.to_json();
  body.set("absolute", absolute);
  return body;
}

Statement insertion(std::string_view sql, const std::string& token, const Client& client, const Grant& grant,
                    std::int64_t now, const Value& body, std::vector<Cell> more) {
  Statement out{
      sql,
      {id_of(token), grant.id, client.id, grant.user_id, json::write(body), now,
       expiry(client.refresh_tokens, now, body["absolute"].as_int().value_or(0)), revoked_session(grant.session_id)},
      true};
  out.values.insert(out.values.end(), more.begin(), more.end());
  return out;
}

Async<std::optional<RefreshToken>> find_by_id(Authority& a, std::string id) {
  CO_TRY(const auto rows,
         a.store.query(
             {"SELECT id, grant_id, client_id, body, used_at, rotated_at, expires_at FROM refresh_tokens WHERE id = $1",
              {std::move(id)}}));
  if (rows.empty()) co_return std::optional<RefreshToken>();
  const Row& r = rows.first();
  const auto body = json::parse(text_at(r, 3));
  if (!body) co_return body.error();
  co_return std::optional(RefreshToken{.id = text_at(r, 0),
                                       .grant_id = text_at(r, 1),
                                       .client_id = text_at(r, 2),
                                       .grant = Grant::from_json(*body),
                                       .used_at = int_at(r, 4),
                                       .rotated_at = int_at(r, 5),
                                       .expires_at = int_at(r, 6),
                                       .absolute = (*body)["absolute"].as_int().value_or(0),
                                       .asked = {},
                                       .repeats = {}});
}

// The successor of `kept` that was the answer to the request of that name, while nobody has used it; else nothing.
Async<std::string> find_unused_answer(Authority& a, std::string grant_id, std::string of, std::string asked) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT id, body FROM refresh_tokens WHERE grant_id = $1 AND rotated_at IS NULL",
                        {std::move(grant_id)}}));
  for (const Row& row : rows) {
    const auto body = json::parse(text_at(row, 1));
    if (body && (*body)["of"].text() == of && (*body)["asked"].text() == asked) co_return text_at(row, 0);
  }
  co_return std::string();
}

protocol::RefreshNext judge(const Client& client, const std::optional<RefreshToken>& kept, std::int64_t now) {
  if (!kept) return protocol::judge_refresh({}, now);
  return protocol::judge_refresh({.is_known = true,
                                  .is_of_client = kept->client_id == client.id,
                                  .expires_at = kept->expires_at,
                                  .rotated_at = kept->rotated_at,
                                  .rotates = client.refresh_tokens.rotating,
                                  .leeway = client.refresh_tokens.leeway,
                                  .is_asked_again = !kept->repeats.empty()},
                                 now);
}

// The refusal of a token, once what it asks for has been done.
Async<RefreshToken> refuse(Authority& a, protocol::RefreshNext next, std::string grant_id) {
  if (next.step == RefreshStep::end_family) CO_TRY_VOID(revoke_grant(a, std::move(grant_id)));
  co_return refused(std::string(next.reason));
}

Async<std::string> rotate(Authority& a, const Client& client, RefreshToken kept) {
  const std::int64_t now = a.clock.now();
  const std::string next = random_id();
  Value body = body_of(kept.grant, kept.absolute);
  if (!kept.asked.empty()) {
    body.set("of", kept.id);
    body.set("asked", kept.asked);
  }
  // Who asks again gives the lost answer back: should that come yet, it has been spent.
  // AZ-628 · RFC 9700 section 4.14.2
  const bool is_repeated = !kept.repeats.empty();
  const std::string spent = is_repeated ? kept.repeats : kept.id;
  const std::int64_t leeway = is_repeated ? 0 : client.refresh_tokens.leeway;
  // AZ-606 · RFC 9700 section 4.14.2
  // Of two at once the database lets one: the successor is made of a token that may still be rotated, or not at all.
  Statement successor =
      insertion(OSTIA_INSERT_REFRESH_TOKEN
                "refresh_tokens WHERE id = $9 AND (rotated_at IS NULL OR ($10 > 0 AND rotated_at BETWEEN $6 - "
                "$10 AND $6 + $10))) RETURNING id",
                next, client, kept.grant, now, body, {spent, leeway});
  Statement rotated{"UPDATE refresh_tokens SET rotated_at = COALESCE(rotated_at, $2), used_at = $2 WHERE id = $1",
                    {spent, now}};
  CO_AWAIT(const auto done, a.store.commit(together(std::move(successor), std::move(rotated))));
  if (done) co_return next;
  if (done.error().reason != "store_unmatched") co_return done.error();
  if (!is_repeated && !kept.asked.empty()) {  // both of the two may be the same request
    CO_TRY(kept.repeats, find_unused_answer(a, kept.grant_id, kept.id, kept.asked));
    if (!kept.repeats.empty()) CO_RETURN(rotate(a, client, std::move(kept)));
  }
  CO_TRY(const auto again, find_by_id(a, spent));
  const auto verdict = judge(client, again, now);
  const bool is_reused = verdict.step == RefreshStep::end_family;
  CO_TRY_VOID(
      refuse(a, is_reused ? verdict : protocol::RefreshNext{RefreshStep::refuse, "grant_revoked"}, kept.grant_id));
  co_return refused("grant_revoked");
}

Async<std::string> keep(Authority& a, const Client& client, RefreshToken kept) {
  constexpr std::int64_t touch_interval = 60;  // seconds: not every refresh needs a write
  const std::int64_t now = a.clock.now();
  if (client.refresh_tokens.idle_expiring && kept.used_at + touch_interval <= now)
    CO_TRY_VOID(a.store.write({"UPDATE refresh_tokens SET used_at = $2, expires_at = $3 WHERE id = $1",
                               {kept.id, now, expiry(client.refresh_tokens, now, kept.absolute)}}));
  co_return std::string();
}

}  // namespace

Async<std::string> issue_refresh_token(Authority& a, const Client& client, const Grant& grant) {
  const std::int64_t now = a.clock.now();
  const std::string token = random_id();
  const std::int64_t absolute = client.refresh_tokens.expiring ? now + client.refresh_tokens.lifetime : never;
  CO_AWAIT(const auto done,
           a.store.write(insertion(OSTIA_INSERT_REFRESH_TOKEN "users WHERE user_id = $4 AND epoch = $9) RETURNING id",
                                   token, client, grant, now, body_of(grant, absolute), {grant.epoch})));
  if (!done && done.error().reason == "store_unmatched") co_return refused("grant_revoked");
  if (!done) co_return done.error();
  co_return token;
}

Async<RefreshToken> read_refresh_token(Authority& a, const Client& client, std::string token, std::string name) {
  CO_TRY(auto kept, find_by_id(a, id_of(token)));
  if (kept && !name.empty()) kept->asked = id_of(name);
  auto next = judge(client, kept, a.clock.now());
  if (next.step == RefreshStep::end_family && !kept->asked.empty()) {
    CO_TRY(kept->repeats, find_unused_answer(a, kept->grant_id, kept->id, kept->asked));
    next = judge(client, kept, a.clock.now());
  }
  if (next.step == RefreshStep::keep || next.step == RefreshStep::rotate) co_return *std::move(kept);
  CO_RETURN(refuse(a, next, kept ? kept->grant_id : ""));
}

Async<std::optional<RefreshToken>> look_at_refresh_token(Authority& a, const Client& client, std::string token) {
  CO_TRY(auto kept, find_by_id(a, id_of(token)));
  const auto step = judge(client, kept, a.clock.now()).step;
  if (step != RefreshStep::keep && step != RefreshStep::rotate) kept.reset();
  co_return kept;
}

Async<std::string> use_refresh_token(Authority& a, const Client& client, RefreshToken token) {
  const bool rotates = judge(client, token, a.clock.now()).step == RefreshStep::rotate;
  CO_RETURN(rotates ? rotate(a, client, std::move(token)) : keep(a, client, std::move(token)));
}

Async<Unit> revoke_refresh_token(Authority& a, const Client& client, std::string token) {
  CO_TRY(const auto kept, find_by_id(a, id_of(token)));
  // AZ-613 · RFC 7009 section 2.1
  if (!kept || kept->client_id != client.id) co_return Unit{};
  CO_RETURN(revoke_grant(a, kept->grant_id));
}

}  // namespace ostia::authority
