#include "accounts/users.hpp"

#include <ctime>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view columns =
    "user_id, connection, email, username, password_hash, blocked, profile, updated_at";

Result<std::optional<User>> read_user(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<User>();
  const Row& r = (*rows)[0];
  auto profile = json::parse(text_at(r, 6));
  if (!profile) return std::move(profile).error();
  return std::optional(User{text_at(r, 0), text_at(r, 1), text_at(r, 2), text_at(r, 3), text_at(r, 4),
                            int_at(r, 5) != 0, *std::move(profile), int_at(r, 7)});
}

std::string iso_time(std::int64_t seconds) {
  char buffer[32];
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S.000Z", &parts)};
}

void copy_claims(Value& to, const Value& from, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const Value* value = from.find(name); value && !value->is_null()) to.set(name, *value);
}

}  // namespace

Async<std::optional<User>> find_user(Store& store, std::string id) {
  static const std::string sql = "SELECT " + std::string(columns) + " FROM users WHERE user_id = $1";
  Statement find{sql, {}};
  find.values.emplace_back(std::move(id));
  auto rows_task = store.query(std::move(find));
  const auto rows = co_await std::move(rows_task);
  co_return read_user(rows);
}

Async<std::optional<User>> find_user_by_login(Store& store, std::vector<std::string> connections, std::string name) {
  static const std::string sql =
      "SELECT " + std::string(columns) + " FROM users WHERE connection = $1 AND (email = $2 OR username = $2) LIMIT 1";
  const std::string login = text::lower(name);
  for (const auto& connection : connections) {
    if (login.empty()) break;
    Statement find{sql, {}};
    find.values.emplace_back(connection);
    find.values.emplace_back(login);
    auto rows_task = store.query(std::move(find));
    const auto rows = co_await std::move(rows_task);
    auto user = read_user(rows);
    if (!user || user->has_value()) co_return user;
  }
  co_return std::optional<User>();
}

Value profile_claims(const User& user, std::string_view scope) {
  Value claims = Value::object({{"sub", user.id}});
  if (text::has_word(scope, "profile")) {
    copy_claims(claims, user.profile, {"given_name", "family_name", "nickname", "name", "picture", "locale"});
    const std::string login = user.email.empty() ? user.username : user.email;
    if (!claims.find("nickname")) claims.set("nickname", login.substr(0, login.find('@')));
    if (!claims.find("name")) claims.set("name", login);
    claims.set("updated_at", iso_time(user.updated_at));
  }
  if (text::has_word(scope, "email") && !user.email.empty()) {
    claims.set("email", user.email);
    claims.set("email_verified", user.profile["email_verified"].as_bool());
  }
  return claims;
}

}  // namespace ostia::authority
