#include "mfa/authenticators.hpp"
#include "accounts/users.hpp"

#include "accounts/notices.hpp"

namespace ostia::authority {

using json::Value;

namespace {

#define OSTIA_AUTHENTICATOR \
  "SELECT id, user_id, type, confirmed, created_at, used_at, counter, sealed FROM authenticators "

Async<std::vector<Authenticator>> read(Authority& a, Statement select) {
  CO_TRY(const auto rows, a.store.query(std::move(select)));
  std::vector<Authenticator> out;
  for (const auto& r : rows) {
    const auto text = a.secrets.open(text_at(r, 7), {"authenticators", text_at(r, 0), "sealed"});
    auto body = text ? json::parse(*text) : Result<Value>(Value::object());
    if (!body) co_return std::move(body).error();
    out.push_back({text_at(r, 0), text_at(r, 1), text_at(r, 2), int_at(r, 3) != 0, int_at(r, 4), int_at(r, 5),
                   int_at(r, 6), *std::move(body)});
  }
  co_return out;
}

}  // namespace

Async<std::vector<Authenticator>> list_authenticators(Authority& a, std::string user_id) {
  CO_RETURN(read(a, {OSTIA_AUTHENTICATOR "WHERE user_id = $1 ORDER BY created_at, id", {std::move(user_id)}}));
}

Async<std::optional<Authenticator>> find_authenticator(Authority& a, std::string id) {
  CO_TRY(auto found, read(a, {OSTIA_AUTHENTICATOR "WHERE id = $1", {std::move(id)}}));
  co_return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Authenticator make_authenticator(const Authority& a, const std::string& user_id, const std::string& type, Value body) {
  return {type + "|" + random_id().substr(0, 20), user_id, type, false, a.clock.now(), 0, -1, std::move(body)};
}

Statement forget_passkeys(const std::string& user_id) {
  return {"DELETE FROM authenticators WHERE user_id = $1 AND type = 'passkey'", {user_id}};
}

Statement insert_authenticator(const Authority& a, const Authenticator& one) {
  return {
      "INSERT INTO authenticators (id, user_id, type, confirmed, created_at, counter, sealed) VALUES ($1, $2, $3, $4, "
      "$5, $6, $7)",
      {one.id, one.user_id, one.type, static_cast<std::int64_t>(one.confirmed), one.created_at, one.counter,
       a.secrets.seal(json::write(one.body), {"authenticators", one.id, "sealed"})}};
}

Statement use_authenticator(const Authority& a, const Authenticator& one, std::int64_t counter) {
  return {
      "UPDATE authenticators SET confirmed = 1, used_at = $2, counter = $3 WHERE id = $1 AND counter < $3 RETURNING id",
      {one.id, a.clock.now(), counter},
      true};
}

Statement use_authenticator(const Authority& a, const Authenticator& one) {
  return {"UPDATE authenticators SET confirmed = 1, used_at = $2 WHERE id = $1 RETURNING id",
          {one.id, a.clock.now()},
          true};
}

std::vector<Statement> finish_enrolment(const Authority& a, const Authenticator& one) {
  return together(
      Statement{"DELETE FROM authenticators WHERE user_id = $1 AND type = 'recovery-code' AND confirmed = 1 AND EXISTS "
                "(SELECT 1 FROM authenticators AS begun WHERE begun.user_id = $1 AND begun.type = 'recovery-code' AND "
                "begun.confirmed = 0)",
                {one.user_id}},
      Statement{"UPDATE authenticators SET confirmed = 1 WHERE user_id = $1 AND type = 'recovery-code'", {one.user_id}},
      Statement{"DELETE FROM authenticators WHERE user_id = $1 AND confirmed = 0 AND id <> $2", {one.user_id, one.id}},
      use_authenticator(a, one));
}

Statement forget_begun(const std::string& user_id) {
  return {"DELETE FROM authenticators WHERE user_id = $1 AND confirmed = 0", {user_id}};
}

NewRecoveryCode make_recovery_code(const Authority& a, const std::string& user_id, bool confirmed) {
  // No letter or digit that can be taken for another one.
  constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  constexpr std::size_t length = 24;
  std::string code;
  for (const char c : random_bytes(length)) code += letters[static_cast<unsigned char>(c) % letters.size()];
  Authenticator kept = make_authenticator(a, user_id, "recovery-code", Value::object({{"mark", a.secrets.mark(code)}}));
  kept.confirmed = confirmed;
  NewRecoveryCode out{code, {}};
  if (confirmed)
    out.keep.push_back({"DELETE FROM authenticators WHERE user_id = $1 AND type = 'recovery-code'", {user_id}});
  out.keep.push_back(insert_authenticator(a, kept));
  return out;
}

Async<bool> remove_authenticator(Authority& a, const Request& request, const User& owner, std::string id) {
  std::vector<Statement> statements;
  const bool is_passkey = id.starts_with("passkey|");
  auto mail = notice(a, request, owner, {is_passkey ? Notice::passkey_removed : Notice::factor_removed});
  if (mail) statements.push_back(*std::move(mail));
  statements.push_back(
      {"DELETE FROM authenticators WHERE user_id = $1 AND id = $2 RETURNING id", {owner.id, std::move(id)}, true});
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched") co_return false;
  if (!done) co_return done.error();
  a.outbox.wake();
  co_return true;
}

}  // namespace ostia::authority
