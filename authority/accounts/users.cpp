#include "accounts/users.hpp"

#include "clock.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view columns =
    "user_id, connection, email, username, password_hash, blocked, profile, updated_at, phone_number";

Result<std::optional<User>> read_user(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<User>();
  const Row& r = (*rows)[0];
  auto profile = json::parse(text_at(r, 6));
  if (!profile) return std::move(profile).error();
  return std::optional(User{text_at(r, 0), text_at(r, 1), text_at(r, 2), text_at(r, 3), text_at(r, 4), text_at(r, 8),
                            int_at(r, 5) != 0, *std::move(profile), int_at(r, 7)});
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

Async<std::optional<User>> find_user_by_address(Store& store, std::string connection, std::string address) {
  static const std::string by_email =
      "SELECT " + std::string(columns) + " FROM users WHERE connection = $1 AND email = $2 AND email <> ''";
  static const std::string by_phone = "SELECT " + std::string(columns) +
                                      " FROM users WHERE connection = $1 AND phone_number = $2 AND phone_number <> ''";
  const bool is_phone = is_phone_number(address);
  Statement find{is_phone ? by_phone : by_email, {}};
  find.values.emplace_back(std::move(connection));
  find.values.emplace_back(is_phone ? address : text::lower(address));
  auto rows_task = store.query(std::move(find));
  const auto rows = co_await std::move(rows_task);
  co_return read_user(rows);
}

Statement insert_user(const User& u, std::int64_t now) {
  return {
      "INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, created_at, "
      "updated_at, phone_number) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7, $8)",
      {u.id, u.connection, text::lower(u.email), text::lower(u.username), u.password_hash, json::write(u.profile), now,
       u.phone_number}};
}

std::vector<Statement> change_password(const User& user, std::string hash, std::int64_t now) {
  std::vector<Statement> out;
  out.push_back(
      {"INSERT INTO password_history (user_id, at, password_hash) SELECT user_id, $2, password_hash FROM users "
       "WHERE user_id = $1 AND password_hash <> ''",
       {user.id, now}});
  out.push_back(
      {"UPDATE users SET password_hash = $2, updated_at = $3 WHERE user_id = $1", {user.id, std::move(hash), now}});
  return out;
}

Statement update_profile(const User& user, std::int64_t now) {
  return {"UPDATE users SET profile = $2, updated_at = $3 WHERE user_id = $1",
          {user.id, json::write(user.profile), now}};
}

bool is_email(std::string_view s) {
  const auto at = s.rfind('@');
  if (at == s.npos || at == 0 || at > 64 || s.size() > 254 || s.size() - at < 4) return false;
  const std::string_view domain = s.substr(at + 1);
  const auto is_local = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || text::is_alnum(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  const auto is_host = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || text::is_alnum(c) || c == '-' || c == '.';
  };
  return std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(at), is_local) &&
         std::all_of(domain.begin(), domain.end(), is_host) && domain.find('.') != domain.npos &&
         domain.find("..") == domain.npos && domain.front() != '.' && domain.back() != '.';
}

bool is_phone_number(std::string_view s) {
  return s.size() >= 8 && s.size() <= 16 && s[0] == '+' && s[1] != '0' &&
         std::all_of(s.begin() + 1, s.end(), text::is_digit);
}

Value profile_claims(const User& user, std::string_view scope, bool strict) {
  Value claims = Value::object({{"sub", user.id}});
  if (text::has_word(scope, "profile")) {
    copy_claims(claims, user.profile,
                {"given_name", "family_name", "middle_name", "nickname", "preferred_username", "name", "profile",
                 "picture", "website", "gender", "birthdate", "zoneinfo", "locale"});
    const std::string login = !user.email.empty()      ? user.email
                              : !user.username.empty() ? user.username
                                                       : user.phone_number;
    if (!claims.find("nickname")) claims.set("nickname", login.substr(0, login.find('@')));
    if (!claims.find("name")) claims.set("name", login);
    claims.set("updated_at", strict ? Value(user.updated_at) : Value(iso_time(user.updated_at)));
  }
  if (text::has_word(scope, "email") && !user.email.empty()) {
    claims.set("email", user.email);
    claims.set("email_verified", user.profile["email_verified"].as_bool());
  }
  if (text::has_word(scope, "phone") && !user.phone_number.empty()) {
    claims.set("phone_number", user.phone_number);
    claims.set("phone_number_verified", user.profile["phone_verified"].as_bool());
  }
  if (text::has_word(scope, "address")) copy_claims(claims, user.profile, {"address"});
  return claims;
}

}  // namespace ostia::authority
