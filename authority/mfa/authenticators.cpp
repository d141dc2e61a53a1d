#include "mfa/authenticators.hpp"

namespace ostia::authority {

using json::Value;

Async<std::vector<Authenticator>> list_authenticators(Authority& a, std::string user_id) {
  auto task =
      a.store.query({"SELECT id, user_id, type, confirmed, created_at, used_at, counter, sealed FROM authenticators "
                     "WHERE user_id = $1 "
                     "ORDER BY created_at, id",
                     {std::move(user_id)}});
  const auto rows = co_await std::move(task);
  if (!rows) co_return rows.error();
  std::vector<Authenticator> out;
  for (const auto& r : *rows) {
    const auto text = a.secrets.open(text_at(r, 7));
    auto body = text ? json::parse(*text) : Result<Value>(Value::object());
    if (!body) co_return std::move(body).error();
    out.push_back({text_at(r, 0), text_at(r, 1), text_at(r, 2), int_at(r, 3) != 0, int_at(r, 4), int_at(r, 5),
                   int_at(r, 6), *std::move(body)});
  }
  co_return out;
}

Statement insert_authenticator(const Authority& a, const Authenticator& one) {
  return {
      "INSERT INTO authenticators (id, user_id, type, confirmed, created_at, counter, sealed) VALUES ($1, $2, $3, $4, "
      "$5, $6, $7)",
      {one.id, one.user_id, one.type, static_cast<std::int64_t>(one.confirmed), one.created_at, one.counter,
       a.secrets.seal(json::write(one.body))}};
}

NewRecoveryCode make_recovery_code(const Authority& a, const std::string& user_id) {
  // No letter or digit that can be taken for another one.
  constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  constexpr std::size_t length = 24;
  std::string code;
  for (const char c : random_bytes(length)) code += letters[static_cast<unsigned char>(c) % letters.size()];
  const Authenticator kept{
      "recovery-code|" + random_id().substr(0, 20),   user_id, "recovery-code", true, a.clock.now(), 0, -1,
      Value::object({{"mark", a.secrets.mark(code)}})};
  NewRecoveryCode out{code, {}};
  out.keep.push_back({"DELETE FROM authenticators WHERE user_id = $1 AND type = 'recovery-code'", {user_id}});
  out.keep.push_back(insert_authenticator(a, kept));
  return out;
}

}  // namespace ostia::authority
