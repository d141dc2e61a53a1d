#include "accounts/users.hpp"
#include "accounts/picture.hpp"

#include <algorithm>

#include "crypto/crypto.hpp"

#include "base/address.hpp"
#include "base/clock.hpp"
#include "ostia/text/ascii.hpp"
#include "store/contention.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t epochs_of_an_account = 1 << 20;  // 1048576, in the statements below, too

Result<std::optional<User>> read_user(const Result<Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<User>();
  auto user = to_user(rows->first());
  if (!user) return std::move(user).error();
  return std::optional(*std::move(user));
}

void copy_claims(Value& to, const Value& from, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const Value* value = from.find(name); value && !value->is_null()) to.set(name, *value);
}

Async<std::optional<User>> find_one(Store& store, Statement find) {
  CO_AWAIT(const auto rows, store.query(std::move(find)));
  co_return read_user(rows);
}

}  // namespace

// Members of a profile that an ID token may have, and the login asks for.
constexpr std::string_view claim_names[] = {
    "name",    "given_name", "family_name",        "middle_name",   "nickname",  "picture",
    "profile", "website",    "preferred_username", "gender",        "birthdate", "zoneinfo",
    "locale",  "address",    "email_verified",     "phone_verified"};
constexpr std::size_t longest_claim = 2000, largest_profile = 100'000;  // bytes

KeptProfile kept_profile(const Value& profile) {
  Value own = Value::object(), more = Value::object();
  for (const auto& [name, item] : profile.members()) {
    const bool is_claim = std::find(std::begin(claim_names), std::end(claim_names), name) != std::end(claim_names);
    (is_claim ? own : more).set(name, item);
  }
  return {json::write(own), json::write(more)};
}

Status check_size(const User& user) {
  const auto too_large = [](std::string what) {
    return Error{"invalid_body", "Payload validation error: '" + what + "'", "profile_too_large", 400, Fault::caller};
  };
  for (const auto name : claim_names)
    if (json::write(user.profile[name]).size() > longest_claim)
      return too_large(std::string(name) + " is longer than 2000 bytes");
  const auto kept = kept_profile(user.profile);
  if (kept.claims.size() + kept.more.size() > largest_profile)
    return too_large("profile, user_metadata and app_metadata of a user may have 100 kB together");
  return ok();
}

Result<User> to_user(const Row& r) {
  auto profile = json::parse(text_at(r, 6));
  if (!profile) return std::move(profile).error();
  constexpr std::size_t more = 18;
  if (!text_at(r, more).empty()) {
    const auto rest = json::parse(text_at(r, more));
    if (!rest) return rest.error();
    for (const auto& [name, item] : rest->members()) profile->set(name, item);
  }
  return User{.id = text_at(r, 0),
              .connection = text_at(r, 1),
              .email = text_at(r, 2),
              .username = text_at(r, 3),
              .password_hash = text_at(r, 4),
              .phone_number = text_at(r, 8),
              .blocked = int_at(r, 5) != 0,
              .profile = *std::move(profile),
              .updated_at = int_at(r, 7),
              .linked_to = text_at(r, 9),
              .version = int_at(r, 10),
              .created_at = int_at(r, 11),
              .logins = int_at(r, 12),
              .last_login = int_at(r, 13),
              .last_address = text_at(r, 14),
              .sealed_tokens = text_at(r, 15),
              .epoch = int_at(r, 16),
              .epoch_since = int_at(r, 17)};
}

Async<std::optional<User>> find_user(Store& store, std::string id) {
  CO_RETURN(find_one(
      store, {"SELECT " OSTIA_USER_COLUMNS " FROM users WHERE user_id = $1 AND linked_to = ''", {std::move(id)}}));
}

// An access token is its API's to take until it expires, whatever has become of the login since; but it is of that
// account.
#define OSTIA_USER_OF_GRANT                                                             \
  "SELECT " OSTIA_USER_CLAIM_COLUMNS                                                    \
  " FROM users WHERE user_id = $1 AND linked_to = '' AND epoch / 1048576 = $3 AND NOT " \
  "EXISTS (SELECT 1 FROM revoked_grants WHERE id = $2)"

Async<std::optional<User>> find_user_of_grant(Store& store, std::string id, Origin o) {
  Statement find{OSTIA_USER_OF_GRANT, {std::move(id), o.grant_id, o.epoch / epochs_of_an_account}};
  if (o.withdrawals >= 0) {
    find.sql = OSTIA_USER_OF_GRANT
        " AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE user_id = $1 AND client_id = $4 AND times > $5)";
    find.values.emplace_back(o.client_id);
    find.values.emplace_back(o.withdrawals);
  }
  CO_TRY(auto user, find_one(store, std::move(find)));
  if (user) user->has_all = false;
  co_return user;
}

Async<std::optional<User>> find_account(Store& store, std::string id) {
  CO_RETURN(find_one(store, {"SELECT " OSTIA_USER_COLUMNS " FROM users WHERE user_id = $1", {std::move(id)}}));
}

Async<std::vector<User>> linked_accounts(Store& store, std::string id) {
  CO_RETURN(read_users(
      store, {"SELECT " OSTIA_USER_COLUMNS " FROM users WHERE linked_to = $1 AND linked_to <> '' ORDER BY user_id",
              {std::move(id)}}));
}

Async<std::vector<User>> read_users(Store& store, Statement select) {
  CO_TRY(const auto rows, store.query(std::move(select)));
  std::vector<User> out;
  for (const auto& row : rows) {
    auto user = to_user(row);
    if (!user) co_return std::move(user).error();
    out.push_back(*std::move(user));
  }
  co_return out;
}

Async<User> owner_of(Store& store, User account) {
  if (account.linked_to.empty()) co_return account;
  CO_TRY(auto owner, find_user(store, account.linked_to));
  if (!owner)
    co_return Error{"server_error", "an account is linked to one that is not there", "store_malformed", 0, Fault::ours};
  owner->via = account.connection;
  co_return *owner;
}

Async<std::optional<User>> find_user_by_login(Store& store, std::vector<std::string> connections, std::string name) {
  if (name.empty()) co_return std::optional<User>();
  const auto spellings = spellings_of(name);
  for (const auto& connection : connections)
    for (const auto& login : spellings) {
      CO_AWAIT(
          auto user,
          find_one(store, {"SELECT " OSTIA_USER_COLUMNS
                           " FROM users WHERE connection = $1 AND ((email = $2 AND email <> '') OR (username = $2 AND "
                           "username <> '')) LIMIT 1",
                           {connection, login}}));
      if (!user || user->has_value()) co_return user;
    }
  co_return std::optional<User>();
}

Async<std::optional<User>> find_user_by_address(Store& store, std::string connection, std::string address) {
  if (is_phone_number(address))
    CO_RETURN(find_one(store, {"SELECT " OSTIA_USER_COLUMNS
                               " FROM users WHERE connection = $1 AND phone_number = $2 AND phone_number <> ''",
                               {std::move(connection), std::move(address)}}));
  for (const auto& email : spellings_of(address)) {
    CO_AWAIT(auto user, find_one(store, {"SELECT " OSTIA_USER_COLUMNS
                                         " FROM users WHERE connection = $1 AND email = $2 AND email <> ''",
                                         {connection, email}}));
    if (!user || user->has_value()) co_return user;
  }
  co_return std::optional<User>();
}

namespace {

// Random, so that an account which is made anew under an old id is not in an epoch of the old one: the bits above
// those of an epoch name the account.
std::int64_t first_epoch() {
  std::int64_t out = 0;
  for (const char c : random_bytes(4)) out = out * 128 + (c & 0x7F);
  return out * epochs_of_an_account;
}

}  // namespace

bool is_first_epoch(const User& user) { return user.epoch % epochs_of_an_account == 0; }

Statement insert_user(User& u, std::int64_t now) {
  u.epoch = first_epoch();
  u.epoch_since = now;
  auto kept = kept_profile(u.profile);
  return {
      "INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, created_at, "
      "updated_at, phone_number, sealed_tokens, epoch, epoch_since, more) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, "
      "$9, $10, $11, $8, $12)",
      {u.id, u.connection, canonical_login(u.email), canonical_login(u.username), u.password_hash,
       static_cast<std::int64_t>(u.blocked), std::move(kept.claims), now, u.phone_number, u.sealed_tokens, u.epoch,
       std::move(kept.more)}};
}

std::vector<Statement> change_password(const User& user, std::string hash, std::int64_t now) {
  std::vector<Statement> out;
  out.push_back(
      {"INSERT INTO password_history (user_id, at, password_hash) SELECT user_id, $2, password_hash FROM users "
       "WHERE user_id = $1 AND password_hash <> ''",
       {user.id, now}});
  out.push_back(
      {"UPDATE users SET password_hash = $2, updated_at = $3 WHERE user_id = $1 AND password_hash = $4 "
       "AND email = $5 RETURNING user_id",
       {user.id, std::move(hash), now, user.password_hash, user.email},
       true});
  return out;
}

Statement update_user(const User& u, std::int64_t now) {
  auto kept = kept_profile(u.profile);
  return {
      "UPDATE users SET email = $2, username = $3, phone_number = $4, blocked = $5, profile = $6, updated_at = $7, "
      "sealed_tokens = $8, linked_to = $9, more = CASE WHEN $11 = '' THEN more ELSE $11 END, version = version + 1 "
      "WHERE user_id = $1 AND version = $10 RETURNING "
      "user_id",
      {u.id, text::lower(u.email), text::lower(u.username), u.phone_number, static_cast<std::int64_t>(u.blocked),
       std::move(kept.claims), now, u.sealed_tokens, u.linked_to, u.version, u.has_all ? std::move(kept.more) : ""},
      true};
}

namespace {

using FindUser = Async<std::optional<User>> (*)(Store&, std::string);

Async<User> edit_found(Store& store, FindUser find, std::string id, std::int64_t now, EditUser edit) {
  Contention contention;
  for (bool goes_on = true; goes_on;) {
    CO_TRY(auto user, find(store, id));
    if (!user) co_return Error{"inexistent_user", "The user does not exist.", "user_unknown", 404, Fault::caller};
    std::vector<Statement> statements;
    if (auto edited = edit(*user, statements); !edited) co_return std::move(edited).error();
    if (auto fits = check_size(*user); !fits) co_return std::move(fits).error();
    statements.push_back(update_user(*user, now));
    CO_AWAIT(const auto done, store.commit(std::move(statements)));
    if (!done && done.error().reason != "store_unmatched") co_return done.error();
    if (done) {
      ++user->version;
      user->updated_at = now;
      co_return *user;
    }
    CO_AWAIT(goes_on, contention.step_back());
  }
  co_return Error{"server_error", "the account is being changed by too many at once; try again", "user_contended", 503,
                  Fault::ours};
}

}  // namespace

Async<User> edit_user(Store& store, std::string id, std::int64_t now, EditUser edit) {
  CO_RETURN(edit_found(store, find_user, std::move(id), now, std::move(edit)));
}

Async<User> edit_account(Store& store, std::string id, std::int64_t now, EditUser edit) {
  CO_RETURN(edit_found(store, find_account, std::move(id), now, std::move(edit)));
}

namespace {

// What belongs to a person and is kept by their id.
#define OSTIA_BELONGINGS(WHOSE)                                                                                     \
  "DELETE FROM sessions WHERE user_id " WHOSE, "DELETE FROM refresh_tokens WHERE user_id " WHOSE,                   \
      "DELETE FROM password_history WHERE user_id " WHOSE, "DELETE FROM consents WHERE user_id " WHOSE,             \
      "DELETE FROM authenticators WHERE user_id " WHOSE, "DELETE FROM user_roles WHERE user_id " WHOSE,             \
      "DELETE FROM user_permissions WHERE user_id " WHOSE, "DELETE FROM organization_members WHERE user_id " WHOSE, \
      "DELETE FROM device_credentials WHERE user_id " WHOSE, "DELETE FROM withdrawals WHERE user_id " WHOSE,        \
      "DELETE FROM administrators WHERE user_id " WHOSE, "DELETE FROM known_browsers WHERE user_id " WHOSE,         \
      "DELETE FROM known_networks WHERE user_id " WHOSE, "DELETE FROM known_applications WHERE user_id " WHOSE

constexpr std::string_view delete_one[] = {OSTIA_BELONGINGS("= $1"),
                                           "DELETE FROM users WHERE linked_to = $1 AND linked_to <> ''",
                                           "DELETE FROM users WHERE user_id = $1"};
constexpr std::string_view delete_all[] = {
    OSTIA_BELONGINGS("IN (SELECT user_id FROM users WHERE connection = $1)"),
    "DELETE FROM users WHERE linked_to <> '' AND linked_to IN (SELECT user_id FROM users WHERE connection = $1)",
    "DELETE FROM users WHERE connection = $1"};

template <class List>
std::vector<Statement> with(const List& list, const std::string& value) {
  std::vector<Statement> out;
  for (const auto sql : list) out.push_back({sql, {value}});
  return out;
}

}  // namespace

std::vector<Statement> delete_user(const std::string& id) { return with(delete_one, id); }

std::vector<Statement> delete_users_of(const std::string& connection) { return with(delete_all, connection); }

Value profile_claims(const User& user, std::string_view issuer, std::string_view scope, bool strict) {
  Value claims = Value::object({{"sub", user.id}});
  if (text::has_word(scope, "profile")) {
    copy_claims(claims, user.profile,
                {"given_name", "family_name", "middle_name", "nickname", "preferred_username", "name", "profile",
                 "picture", "website", "gender", "birthdate", "zoneinfo", "locale"});
    const std::string login = !user.email.empty()      ? user.email
                              : !user.username.empty() ? user.username
                                                       : user.phone_number;
    // One that was kept before pictures were looked at is told to no application.
    if (const Value* picture = claims.find("picture"); picture && !is_web_url(picture->text())) claims.erase("picture");
    if (!claims.find("picture")) claims.set("picture", default_picture(user, issuer));
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
