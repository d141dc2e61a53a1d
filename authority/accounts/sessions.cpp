#include "accounts/browsers.hpp"
#include "accounts/users.hpp"
#include "crypto/crypto.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t touch_interval = 60;  // seconds: a silent login must not cost a write each time

// The store has the cookie's hash only: who reads the database cannot become anybody.
std::string session_id(std::string_view cookie) { return text::base64url_encode(sha256(cookie)); }

constexpr std::ptrdiff_t session_columns = 5;

}  // namespace

Result<Session> to_session(const Row& r) {
  auto body = json::parse(text_at(r, 4));
  if (!body) return std::move(body).error();
  return Session{text_at(r, 0), text_at(r, 1), int_at(r, 2), int_at(r, 3), *std::move(body)};
}

Async<std::string> start_session(Store& store, const User& user, json::Value body, std::int64_t now,
                                 SessionLimits limits, std::optional<std::int64_t> auth_time) {
  std::string cookie = random_id();
  body.set("epoch", user.epoch);
  CO_TRY_VOID(store.commit(together(
      Statement{"UPDATE users SET logins = logins + 1, last_login = $2, last_address = $3 WHERE user_id = $1",
                {user.id, now, body["address"].text()}},
      Statement{
          "INSERT INTO sessions (id, user_id, auth_time, created_at, used_at, expires_at, body) VALUES ($1, $2, "
          "$3, $4, $4, $5, $6)",
          {session_id(cookie), user.id, auth_time.value_or(now), now, now + limits.absolute, json::write(body)}})));
  co_return cookie;
}

// Both at once: a silent login is little more than this question.
// AZ-217 · Auth0: session_lifetime
Async<std::optional<SignedIn>> find_session(Store& store, std::string cookie, std::int64_t now, SessionLimits limits) {
  if (cookie.empty() || cookie.size() > 64) co_return std::optional<SignedIn>();
  const std::string id = session_id(cookie);
  Statement find{
      "SELECT " OSTIA_USER_CLAIM_COLUMNS
      ", session_id, session_owner, auth_time, used_at, session_body FROM (SELECT id AS session_id, user_id "
      "AS session_owner, auth_time, used_at, body AS session_body FROM sessions WHERE id = $1 AND expires_at "
      "> $2 AND used_at > $3) AS session JOIN users ON user_id = session_owner AND linked_to = ''",
      {id, now, now - limits.idle}};
  CO_TRY(auto rows, store.query(std::move(find)));
  if (rows.empty()) co_return std::optional<SignedIn>();
  const Row& row = rows.first();
  auto user = to_user(row);
  if (!user) co_return std::move(user).error();
  user->has_all = false;
  auto session = to_session({row.end() - session_columns, row.end()});
  if (!session) co_return std::move(session).error();
  // It was begun with what the person had proven before all of that ended.
  if (session->body["epoch"].as_int().value_or(0) != user->epoch) co_return std::optional<SignedIn>();
  // Nobody waits for it: while nothing can be written, who is signed in stays so.
  if (session->used_at + touch_interval <= now)
    store.post(together(Statement{"UPDATE sessions SET used_at = $2 WHERE id = $1", {id, now}}));
  co_return std::optional(SignedIn{*std::move(session), *std::move(user)});
}

Async<std::optional<Session>> find_session_to_end(Store& store, std::string cookie) {
  if (cookie.empty()) co_return std::optional<Session>();
  CO_TRY(const auto rows, store.query({"SELECT id, user_id, auth_time, used_at, body FROM sessions WHERE id = $1",
                                       {session_id(cookie)}}));
  if (rows.empty()) co_return std::optional<Session>();
  auto session = to_session(rows.first());
  if (!session) co_return std::move(session).error();
  co_return std::optional(*std::move(session));
}

std::vector<Statement> replace_session(const std::string& cookie, const std::string& next) {
  return together(
      Statement{"DELETE FROM sessions WHERE id = $1", {session_id(cookie)}},
      Statement{"UPDATE session_clients SET session_id = $2 WHERE session_id = $1", {session_id(cookie), next}});
}

Statement update_session(const Session& session) {
  return {"UPDATE sessions SET body = $2 WHERE id = $1", {session.id, json::write(session.body)}};
}

Statement begin_epoch(const std::string& user_id, std::int64_t now) {
  return {"UPDATE users SET epoch = epoch + 1, epoch_since = $2 WHERE user_id = $1", {user_id, now}};
}

// AZ-411 · ASVS 7.4.3
std::vector<Statement> end_everything(const std::string& user_id, std::int64_t now) {
  std::vector<Statement> out;
  out.push_back(begin_epoch(user_id, now));
  out.push_back({"DELETE FROM sessions WHERE user_id = $1", {user_id}});
  out.push_back({"DELETE FROM refresh_tokens WHERE user_id = $1", {user_id}});
  append(out, forget_places(user_id));
  return out;
}

}  // namespace ostia::authority
