#include "accounts/document.hpp"
#include "accounts/picture.hpp"
#include "accounts/users.hpp"

#include "base/address.hpp"
#include "base/clock.hpp"
#include "ostia/text/ascii.hpp"
#include "tenant/administrators.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error invalid(std::string what) { return {"invalid_body", std::move(what), "body_invalid", 400, Fault::caller}; }

bool is_social(const Authority& a, const std::string& connection) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(connection);
  return c && c->is_upstream();
}

Value tokens_of(const Authority& a, const User& account) {
  const auto text = account.sealed_tokens.empty()
                        ? std::nullopt
                        : a.secrets.open(account.sealed_tokens, {"users", account.id, "sealed_tokens"});
  auto tokens = text ? json::parse(*text) : Result<Value>(Value());
  return tokens ? *std::move(tokens) : Value();
}

Value identity_of(const Authority& a, const User& account, bool is_first, bool with_tokens) {
  Value out = Value::object({{"connection", account.connection},
                             {"user_id", account.provider_id()},
                             {"provider", account.provider()},
                             {"isSocial", is_social(a, account.connection)}});
  if (!is_first) {
    Value data = account.profile;
    data.erase("user_metadata");
    data.erase("app_metadata");
    if (!account.email.empty()) data.set("email", account.email);
    if (!account.username.empty()) data.set("username", account.username);
    if (!account.phone_number.empty()) data.set("phone_number", account.phone_number);
    out.set("profileData", std::move(data));
  }
  if (with_tokens) {
    const Value tokens = tokens_of(a, account);
    for (const auto& [key, item] : tokens.members()) out.set(key, item);
  }
  return out;
}

std::string login_name(const User& user) {
  if (!user.email.empty()) return user.email;
  return user.username.empty() ? user.phone_number : user.username;
}

}  // namespace

Value identities_of(const Authority& a, const User& user, const std::vector<User>& linked, bool with_tokens) {
  Value out = Value::array({identity_of(a, user, true, with_tokens)});
  for (const auto& account : linked) out.push_back(identity_of(a, account, false, with_tokens));
  return out;
}

Value user_document(const Authority& a, const User& user, const std::vector<User>& linked,
                    const std::vector<std::string>& factors, bool with_tokens) {
  Value out = Value::object({{"user_id", user.id}, {"created_at", iso_time(user.created_at)}});
  if (!user.email.empty()) {
    out.set("email", user.email);
    out.set("email_verified", user.profile["email_verified"].as_bool());
  }
  if (!user.username.empty()) out.set("username", user.username);
  if (!user.phone_number.empty()) {
    out.set("phone_number", user.phone_number);
    out.set("phone_verified", user.profile["phone_verified"].as_bool());
  }
  const std::string login = login_name(user);
  out.set("name", login);
  out.set("nickname", login.substr(0, login.find('@')));
  out.set("picture", default_picture(user, a.issuer));
  for (const auto& [key, item] : user.profile.members()) {
    if (key != "email_verified" && key != "phone_verified" && key != "administrator") out.set(key, item);
  }
  out.set("updated_at", iso_time(user.updated_at));
  out.set("identities", identities_of(a, user, linked, with_tokens));
  if (user.blocked) out.set("blocked", true);
  if (user.logins > 0) {
    out.set("last_ip", user.last_address);
    out.set("last_login", iso_time(user.last_login));
  }
  out.set("logins_count", user.logins);
  if (!factors.empty()) {
    out.set("multifactor", as_array(factors));
  }
  return out;
}

Async<Value> read_document(Authority& a, User user, bool with_tokens) {
  if (!user.has_all) {
    CO_TRY(auto whole, find_user(a.store, user.id));
    if (!whole) co_return Error{"inexistent_user", "The user does not exist.", "user_unknown", 404, Fault::caller};
    user.profile = std::move(whole->profile);
    user.has_all = true;
  }
  CO_TRY(const auto linked, linked_accounts(a.store, user.id));
  CO_TRY(const auto rows,
         a.store.query({"SELECT DISTINCT type FROM authenticators WHERE user_id = $1 AND confirmed = 1 ORDER BY type",
                        {user.id}}));
  std::vector<std::string> factors;
  for (const auto& row : rows) factors.push_back(text_at(row, 0));
  CO_TRY(const auto is_one, is_administrator(a.store, user.id));
  Value document = user_document(a, user, linked, factors, with_tokens);
  if (is_one) document.set("administrator", true);
  co_return document;
}

Async<std::vector<Value>> read_documents(Authority& a, std::string after, std::int64_t size) {
  CO_TRY(const auto users,
         read_users(a.store, {"SELECT " OSTIA_USER_COLUMNS
                              " FROM users WHERE linked_to = '' AND user_id > $1 ORDER BY user_id LIMIT $2",
                              {after, size}}));
  std::vector<Value> out;
  if (users.empty()) co_return out;
  CO_TRY(
      const auto linked,
      read_users(a.store, {"SELECT " OSTIA_USER_COLUMNS
                           " FROM users WHERE linked_to <> '' AND linked_to > $1 AND linked_to <= $2 ORDER BY user_id",
                           {after, users.back().id}}));
  for (const auto& user : users) {
    std::vector<User> mine;
    for (const auto& account : linked)
      if (account.linked_to == user.id) mine.push_back(account);
    out.push_back(user_document(a, user, mine, {}, false));
  }
  co_return out;
}

Status apply_profile(Found<Connection> connection, User& user, const Value& body) {
  const bool is_database = connection && connection->is_database();
  if (body["username"].is_string() && !(is_database && connection->requires_username))
    return invalid("Cannot set username for connection without requires_username");
  const bool takes_email = !connection || connection->strategy != "sms";
  if (body["email"].is_string() && !takes_email) return invalid("Cannot set email for a phone connection");
  const auto column = [&](const char* name, std::string User::* member) {
    const Value* value = body.find(name);
    if (value) user.*member = name == std::string_view("phone_number") ? value->text() : canonical_login(value->text());
  };
  column("email", &User::email);
  column("username", &User::username);
  column("phone_number", &User::phone_number);
  if (body["blocked"].is_bool()) user.blocked = body["blocked"].as_bool();
  if (body.find("email") && !body.find("email_verified")) user.profile.set("email_verified", false);
  for (const char* name : {"email_verified", "phone_verified"})
    if (body[name].is_bool()) user.profile.set(name, body[name]);
  for (const char* name : profile_members) {
    const Value* value = body.find(name);
    if (value && value->is_null())
      user.profile.erase(name);
    else if (value)
      user.profile.set(name, *value);
  }
  if (claims_administrator(body["app_metadata"])) return not_by_metadata();
  for (const char* name : {"user_metadata", "app_metadata"}) {
    const Value* change = body.find(name);
    if (!change) continue;
    Value there = user.profile[name].is_object() && change->size() > 0 ? user.profile[name] : Value::object();
    for (const auto& [key, item] : change->members()) {  // the first level merges; null takes a key away
      if (item.is_null())
        there.erase(key);
      else
        there.set(key, item);
    }
    user.profile.set(name, std::move(there));
  }
  return check_size(user);
}

}  // namespace ostia::authority
