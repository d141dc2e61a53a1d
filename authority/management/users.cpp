// Users over HTTP: made, read, searched, changed, deleted.
#include "management/users.hpp"

#include <algorithm>
#include <boost/asio.hpp>

#include "accounts/registration.hpp"
#include "clock.hpp"
#include "management/page.hpp"
#include "management/search.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

namespace asio = boost::asio;
using json::Value;

constexpr std::int64_t most_found = 1000;  // the vendor's limit of what a search can be paged through
constexpr const char* own_members[] = {"given_name", "family_name", "name", "nickname", "picture"};

bool is_social(const Authority& a, const std::string& connection) {
  const auto tenant = a.tenant();
  const Connection* c = tenant->find_connection(connection);
  return c && c->is_upstream();
}

Value tokens_of(const Authority& a, const User& account) {
  const auto text = account.sealed_tokens.empty() ? std::nullopt : a.secrets.open(account.sealed_tokens);
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
    for (std::size_t i = 0; i < tokens.size(); ++i) out.set(tokens.keys()[i], tokens.items()[i]);
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
  for (std::size_t i = 0; i < user.profile.size(); ++i) {
    const std::string& key = user.profile.keys()[i];
    if (key != "email_verified" && key != "phone_verified") out.set(key, user.profile.items()[i]);
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
    Value list = Value::array();
    for (const auto& factor : factors) list.push_back(factor);
    out.set("multifactor", std::move(list));
  }
  return out;
}

Async<Value> read_document(Authority& a, User user, bool with_tokens) {
  auto linking = linked_accounts(a.store, user.id);
  const auto linked = co_await std::move(linking);
  if (!linked) co_return linked.error();
  auto reading = a.store.query(
      {"SELECT DISTINCT type FROM authenticators WHERE user_id = $1 AND confirmed = 1 ORDER BY type", {user.id}});
  const auto rows = co_await std::move(reading);
  if (!rows) co_return rows.error();
  std::vector<std::string> factors;
  for (const auto& row : *rows) factors.push_back(text_at(row, 0));
  co_return user_document(a, user, *linked, factors, with_tokens);
}

Async<User> user_of(Authority& a, std::string id) {
  auto finding = find_user(a.store, std::move(id));
  auto user = co_await std::move(finding);
  if (!user) co_return std::move(user).error();
  if (!*user) co_return no_user();
  co_return **user;
}

Status apply_profile(const Connection* connection, User& user, const Value& body) {
  const bool is_database = connection && connection->is_database();
  if (body["username"].is_string() && !(is_database && connection->requires_username))
    return api_error(400, "invalid_body", "Cannot set username for connection without requires_username");
  const bool takes_email = !connection || connection->strategy != "sms";
  if (body["email"].is_string() && !takes_email)
    return api_error(400, "invalid_body", "Cannot set email for a phone connection");
  const auto column = [&](const char* name, std::string User::* member) {
    const Value* value = body.find(name);
    if (value) user.*member = name == std::string_view("phone_number") ? value->text() : text::lower(value->text());
  };
  column("email", &User::email);
  column("username", &User::username);
  column("phone_number", &User::phone_number);
  if (body["blocked"].is_bool()) user.blocked = body["blocked"].as_bool();
  if (body.find("email") && !body.find("email_verified")) user.profile.set("email_verified", false);
  for (const char* name : {"email_verified", "phone_verified"})
    if (body[name].is_bool()) user.profile.set(name, body[name]);
  for (const char* name : own_members) {
    const Value* value = body.find(name);
    if (value && value->is_null())
      user.profile.erase(name);
    else if (value)
      user.profile.set(name, *value);
  }
  for (const char* name : {"user_metadata", "app_metadata"}) {
    const Value* change = body.find(name);
    if (!change) continue;
    Value there = user.profile[name].is_object() && change->size() > 0 ? user.profile[name] : Value::object();
    for (std::size_t i = 0; i < change->size(); ++i) {  // the first level merges; null takes a key away
      if (change->items()[i].is_null())
        there.erase(change->keys()[i]);
      else
        there.set(change->keys()[i], change->items()[i]);
    }
    user.profile.set(name, std::move(there));
  }
  return ok();
}

namespace {

// ---- Search

struct Sort {
  std::string field = "created_at";
  bool descending = false;
};

Result<Sort> read_sort(const Parameters& query) {
  if (!query.has("sort")) return Sort{};
  const auto text = query.get("sort");
  const auto colon = text.rfind(':');
  const auto direction = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (colon == text.npos || colon == 0 || (direction != "1" && direction != "-1"))
    return invalid_query("'String does not match pattern' on property sort (field:1 or field:-1).");
  return Sort{std::string(text.substr(0, colon)), direction == "-1"};
}

struct Found {
  std::string key, id;
  std::optional<double> number;
};

Value at_path(const Value& document, std::string_view path) {
  Value v = document;
  for (const auto part : text::split(path, '.')) v = Value(v[part]);
  return v;
}

// A batch of people in the order of their ids, after `after`, as documents.
Async<std::vector<Value>> read_batch(Authority& a, std::string after, std::int64_t size) {
  auto reading = read_users(a.store, {"SELECT " OSTIA_USER_COLUMNS
                                      " FROM users WHERE linked_to = '' AND user_id > $1 ORDER BY user_id LIMIT $2",
                                      {after, size}});
  const auto users = co_await std::move(reading);
  if (!users) co_return users.error();
  std::vector<Value> out;
  if (users->empty()) co_return out;
  auto linking = read_users(
      a.store, {"SELECT " OSTIA_USER_COLUMNS " FROM users WHERE linked_to > $1 AND linked_to <= $2 ORDER BY user_id",
                {after, users->back().id}});
  const auto linked = co_await std::move(linking);
  if (!linked) co_return linked.error();
  for (const auto& user : *users) {
    std::vector<User> mine;
    for (const auto& account : *linked)
      if (account.linked_to == user.id) mine.push_back(account);
    out.push_back(user_document(a, user, mine, {}, false));
  }
  co_return out;
}

// Looks at everybody, a batch at a time, so that others get their turn in between.
Async<std::vector<Found>> scan(Authority& a, Query query, Sort sort) {
  constexpr std::int64_t batch_size = 200;
  auto executor = co_await asio::this_coro::executor;
  std::vector<Found> out;
  for (std::string after;;) {
    auto reading = read_batch(a, after, batch_size);
    const auto batch = co_await std::move(reading);
    if (!batch) co_return batch.error();
    for (const auto& document : *batch) {
      after = document["user_id"].text();
      if (!query.matches(document)) continue;
      const Value key = at_path(document, sort.field);
      out.push_back({text::lower(key.is_bool() ? (key.as_bool() ? "1" : "0") : key.text()), after,
                     key.is_number() ? key.as_double() : std::nullopt});
    }
    if (static_cast<std::int64_t>(batch->size()) < batch_size) break;
    co_await asio::post(executor, asio::use_awaitable);
  }
  std::stable_sort(out.begin(), out.end(), [&](const Found& x, const Found& y) {
    const Found &low = sort.descending ? y : x, &high = sort.descending ? x : y;
    if (low.number && high.number) return *low.number < *high.number;
    return low.key < high.key;
  });
  co_return out;
}

// What the store can look up by itself.
Async<std::optional<std::vector<Found>>> look_up(Authority& a, Query query) {
  const auto email = query.demands("email");
  if (!email) co_return std::optional<std::vector<Found>>();
  auto reading =
      a.store.query({"SELECT user_id FROM users WHERE email = $1 AND email <> '' AND linked_to = ''", {*email}});
  const auto rows = co_await std::move(reading);
  if (!rows) co_return rows.error();
  std::vector<Found> out;
  for (const auto& row : *rows) {
    auto finding = find_user(a.store, text_at(row, 0));
    const auto user = co_await std::move(finding);
    if (!user) co_return user.error();
    if (!*user) continue;
    auto documenting = read_document(a, **user, false);
    const auto document = co_await std::move(documenting);
    if (!document) co_return document.error();
    if (query.matches(*document)) out.push_back({{}, (*user)->id, {}});
  }
  co_return std::optional(std::move(out));
}

Async<std::vector<Found>> search(Authority& a, Query query, Sort sort) {
  auto looking = look_up(a, query);
  auto found = co_await std::move(looking);
  if (!found) co_return std::move(found).error();
  if (*found) co_return **std::move(found);
  auto scanning = scan(a, std::move(query), std::move(sort));
  co_return co_await std::move(scanning);
}

Async<std::vector<Value>> documents_of(Authority& a, const std::vector<Found>& found, std::int64_t start,
                                       std::int64_t count, Parameters query, bool with_tokens) {
  std::vector<Value> out;
  for (auto i = start; i < std::min(static_cast<std::int64_t>(found.size()), start + count); ++i) {
    auto finding = find_user(a.store, found[static_cast<std::size_t>(i)].id);
    const auto user = co_await std::move(finding);
    if (!user) co_return user.error();
    if (!*user) continue;
    auto documenting = read_document(a, **user, with_tokens);
    auto document = co_await std::move(documenting);
    if (!document) co_return std::move(document).error();
    out.push_back(selected(*std::move(document), query));
  }
  co_return out;
}

// Everybody, in the order of their making: the store pages by itself.
Handling list_all(Authority& a, Call call, Page page) {
  auto counting = a.store.query({"SELECT count(*) FROM users WHERE linked_to = ''", {}});
  const auto count = co_await std::move(counting);
  if (!count) co_return count.error();
  auto reading =
      a.store.query({"SELECT user_id FROM users WHERE linked_to = '' ORDER BY created_at, user_id LIMIT $1 OFFSET $2",
                     {page.per_page, page.start()}});
  const auto rows = co_await std::move(reading);
  if (!rows) co_return rows.error();
  std::vector<Found> found;
  for (const auto& row : *rows) found.push_back({{}, text_at(row, 0), {}});
  auto documenting = documents_of(a, found, 0, page.per_page, call.query, call.has_scope("read:user_idp_tokens"));
  auto documents = co_await std::move(documenting);
  if (!documents) co_return std::move(documents).error();
  co_return page_of(page, "users", *std::move(documents), int_at((*count)[0], 0));
}

// From a checkpoint on, in the order of the ids.
Handling list_from(Authority& a, Call call, Page page) {
  auto reading = read_batch(a, page.from, page.per_page);
  auto batch = co_await std::move(reading);
  if (!batch) co_return std::move(batch).error();
  const bool has_more = static_cast<std::int64_t>(batch->size()) == page.per_page;
  const std::string last = batch->empty() ? "" : batch->back()["user_id"].text();
  for (auto& document : *batch) document = selected(std::move(document), call.query);
  Value body = Value::object({{"users", Value::array(*std::move(batch))}});
  if (has_more) body.set("next", text::base64url_encode(last));
  co_return Reply{200, std::move(body)};
}

Handling list_users(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  const auto sort = read_sort(call.query);
  if (!sort) co_return sort.error();
  std::string text(call.query.get("q"));
  if (const auto connection = call.query.get("connection"); !connection.empty())
    text = "identities.connection:\"" + std::string(connection) + "\"" + (text.empty() ? "" : " AND (" + text + ")");
  auto query = Query::parse(text);
  if (!query) {
    Error e = std::move(query).error();
    e.description = "Query syntax error: " + e.description;
    co_return e;
  }
  if (page->checkpoint) {
    auto listing = list_from(a, std::move(call), *page);
    co_return co_await std::move(listing);
  }
  if (page->start() + page->per_page > most_found + 100 || page->start() >= most_found)
    co_return api_error(
        400, "invalid_paging",
        "You can only page through the first 1000 records. Use from and take, or an export job, for more.");
  if (text.empty() && !call.query.has("sort")) {
    auto listing = list_all(a, std::move(call), *page);
    co_return co_await std::move(listing);
  }
  auto searching = search(a, *std::move(query), *sort);
  const auto found = co_await std::move(searching);
  if (!found) co_return found.error();
  auto documenting =
      documents_of(a, *found, page->start(), page->per_page, call.query, call.has_scope("read:user_idp_tokens"));
  auto documents = co_await std::move(documenting);
  if (!documents) co_return std::move(documents).error();
  co_return page_of(*page, "users", *std::move(documents), static_cast<std::int64_t>(found->size()));
}

Handling list_by_email(Authority& a, Call call) {
  const std::string email = text::lower(call.query.get("email"));
  if (!is_email(email)) co_return invalid_query("'Object didn't pass validation for format email' on property email.");
  auto query = Query::parse("email:\"" + email + "\"");
  if (!query) co_return std::move(query).error();
  auto searching = search(a, *std::move(query), {});
  const auto found = co_await std::move(searching);
  if (!found) co_return found.error();
  auto documenting = documents_of(a, *found, 0, most_found, call.query, call.has_scope("read:user_idp_tokens"));
  auto documents = co_await std::move(documenting);
  if (!documents) co_return std::move(documents).error();
  co_return Reply{200, Value::array(*std::move(documents))};
}

Handling get_user(Authority& a, Call call) {
  auto finding = user_of(a, call.path[0]);
  const auto user = co_await std::move(finding);
  if (!user) co_return user.error();
  auto documenting = read_document(a, *user, call.has_scope("read:user_idp_tokens"));
  auto document = co_await std::move(documenting);
  if (!document) co_return std::move(document).error();
  co_return Reply{200, selected(*std::move(document), call.query)};
}

// ---- Making and changing

Error refused_password(const PolicyViolation& violation) {
  return api_error(400, "invalid_body", violation.name + ": " + violation.message);
}

std::vector<std::string> known_of(const User& user) {
  std::vector<std::string> out = {user.email, user.username};
  for (const char* name : own_members) out.push_back(user.profile[name].text());
  return out;
}

// The hash of a new password, if the connection's policy takes it; empty where there is none.
Async<std::string> hash_for(Authority& a, const Connection& c, const User& user, std::string password) {
  if (password.empty()) co_return std::string();
  if (auto violation = check_password_policy(c.password_policy, password, known_of(user)))
    co_return refused_password(*violation);
  auto hashing = a.passwords.hash(std::move(password));
  co_return co_await std::move(hashing);
}

std::string new_id(const Connection& c, const Value& body) {
  const std::string own = body["user_id"].text();
  std::string id = own.empty() ? random_id().substr(0, 24) : own;
  const std::string provider = c.is_database() ? "auth0" : c.strategy;
  return id.starts_with(provider + "|") ? id : provider + "|" + id;
}

Status check_new(const Connection& c, const Value& body) {
  const auto needs = [&](const char* name) -> Status {
    if (body[name].text().empty()) return invalid_body("'Missing required property: " + std::string(name) + "'.");
    return ok();
  };
  if (c.strategy == "sms") return needs("phone_number");
  if (c.strategy == "email") return needs("email");
  if (!c.is_database())
    return api_error(400, "operation_not_supported", "Users of the connection " + c.name + " come from its provider.");
  if (c.requires_username)
    if (auto good = needs("username"); !good) return good;
  if (auto good = needs("email"); !good) return good;
  return needs("password");
}

Handling create_user(Authority& a, Call call) {
  const Connection* c = call.tenant->find_connection(call.body["connection"].text());
  if (!c) co_return api_error(400, "inexistent_connection", "The connection does not exist.");
  if (auto good = check_new(*c, call.body); !good) co_return std::move(good).error();
  User user;
  user.id = new_id(*c, call.body);
  user.connection = c->name;
  user.profile = Value::object({{c->strategy == "sms" ? "phone_verified" : "email_verified", false}});
  if (auto good = apply_profile(c, user, call.body); !good) co_return std::move(good).error();
  auto hashing = hash_for(a, *c, user, call.body["password"].text());
  auto hash = co_await std::move(hashing);
  if (!hash) co_return std::move(hash).error();
  user.password_hash = *hash;
  user.created_at = user.updated_at = a.clock.now();
  std::vector<Statement> statements;
  statements.push_back(insert_user(user, a.clock.now()));
  const bool verifies = c->is_database() && !user.profile["email_verified"].as_bool() &&
                        call.body["verify_email"].as_bool(true) && call.tenant->sends("verify_email");
  if (verifies) statements.push_back(verification_mail(a, call.request, user, {}));
  auto task = a.store.commit(std::move(statements));
  const auto done = co_await std::move(task);
  if (!done && done.error().reason == "store_conflict")
    co_return api_error(409, "auth0_idp_error", "The user already exists.");
  if (!done) co_return done.error();
  a.outbox.wake();
  auto documenting = read_document(a, user, false);
  auto document = co_await std::move(documenting);
  if (!document) co_return std::move(document).error();
  co_return Reply{201, *std::move(document)};
}

// A person changes their own `user_metadata`, as their token's scopes say.
Status check_own_change(const Call& call) {
  for (const auto& key : call.body.keys())
    if (key != "user_metadata")
      return api_error(403, "insufficient_scope",
                       "Insufficient scope, expected any of: update:users,update:users_app_metadata (a person's own "
                       "token changes user_metadata and nothing else)");
  bool removes = call.body["user_metadata"].size() == 0, sets = false;
  for (const auto& value : call.body["user_metadata"].items()) (value.is_null() ? removes : sets) = true;
  if (sets && !call.has_scope("update:current_user_metadata create:current_user_metadata"))
    return api_error(403, "insufficient_scope",
                     "Insufficient scope, expected any of: update:current_user_metadata,create:current_user_metadata");
  if (removes && !call.has_scope("update:current_user_metadata delete:current_user_metadata"))
    return api_error(403, "insufficient_scope",
                     "Insufficient scope, expected any of: update:current_user_metadata,delete:current_user_metadata");
  return ok();
}

// A machine with `update:users_app_metadata` alone changes that.
Status check_machine_change(const Call& call) {
  if (call.has_scope("update:users")) return ok();
  for (const auto& key : call.body.keys())
    if (key != "app_metadata" && key != "user_metadata")
      return api_error(403, "insufficient_scope", "Insufficient scope, expected any of: update:users");
  return ok();
}

Status check_one_at_a_time(const Value& body) {
  const char* first = nullptr;
  for (const char* name : {"email", "phone_number", "username", "password"}) {
    if (!body.find(name)) continue;
    if (first)
      return api_error(400, "invalid_body", "Cannot update " + std::string(first) + " and " + name + " simultaneously");
    first = name;
  }
  return ok();
}

// What a provider gives is the provider's to change.
Status check_source(const Connection* c, const Value& body) {
  if (!c || !c->is_upstream()) return ok();
  std::string refused;
  for (const char* name : {"email", "email_verified", "username", "password", "phone_number", "phone_verified"})
    if (body.find(name)) refused.append(refused.empty() ? "" : ", ").append(name);
  if (c->syncs_profile)
    for (const char* name : own_members)
      if (body.find(name)) refused.append(refused.empty() ? "" : ", ").append(name);
  if (refused.empty()) return ok();
  return api_error(400, "operation_not_supported",
                   "The following user attributes cannot be updated: " + refused + ". The connection (" + c->name +
                       ") must either be a database connection, a passwordless connection (email or sms) or must not "
                       "set its attributes on each login (set_user_root_attributes).");
}

// A password is that of one account: the person's own, or the linked one of the connection that was named.
Async<Unit> change_own_password(Authority& a, const Call& call, User user) {
  User account = user;
  if (const std::string& named = call.body["connection"].text(); !named.empty() && named != user.connection) {
    auto linking = linked_accounts(a.store, user.id);
    const auto linked = co_await std::move(linking);
    if (!linked) co_return linked.error();
    const auto it = std::find_if(linked->begin(), linked->end(), [&](const User& u) { return u.connection == named; });
    if (it == linked->end())
      co_return api_error(400, "inexistent_connection", "The user has no identity in that connection.");
    account = *it;
  }
  const Connection* c = call.tenant->find_connection(account.connection);
  if (!c || !c->is_database())
    co_return api_error(400, "operation_not_supported", "Only users of a database connection have a password.");
  auto resetting = reset_password(a, call.request, account, call.body["password"].text());
  const auto violation = co_await std::move(resetting);
  if (!violation) co_return violation.error();
  if (*violation) co_return refused_password(**violation);
  co_return Unit{};
}

Handling update_user_(Authority& a, Call call) {
  if (auto good = call.is_own ? check_own_change(call) : check_machine_change(call); !good)
    co_return std::move(good).error();
  if (auto good = check_one_at_a_time(call.body); !good) co_return std::move(good).error();
  auto finding = user_of(a, call.path[0]);
  const auto before = co_await std::move(finding);
  if (!before) co_return before.error();
  const Connection* c = call.tenant->find_connection(before->connection);
  if (auto good = check_source(c, call.body); !good) co_return std::move(good).error();
  if (call.body["password"].is_string()) {
    auto changing = change_own_password(a, call, *before);
    const auto changed = co_await std::move(changing);
    if (!changed) co_return changed.error();
  }
  auto editing = edit_user(a.store, before->id, a.clock.now(), [&](User& user, auto& statements) -> Status {
    if (auto good = apply_profile(c, user, call.body); !good) return good;
    if (user.blocked && !before->blocked)
      for (auto& statement : end_everything(user.id)) statements.push_back(std::move(statement));
    if (call.body["verify_email"].as_bool() && !user.email.empty())
      statements.push_back(verification_mail(a, call.request, user, call.body["client_id"].text()));
    return ok();
  });
  const auto user = co_await std::move(editing);
  if (!user && user.error().reason == "store_conflict")
    co_return api_error(400, "auth0_idp_error", "The specified new email or username already exists");
  if (!user) co_return user.error();
  a.outbox.wake();
  auto documenting = read_document(a, *user, false);
  auto document = co_await std::move(documenting);
  if (!document) co_return std::move(document).error();
  co_return Reply{200, *std::move(document)};
}

Handling remove_user(Authority& a, Call call) {
  std::vector<Statement> statements = delete_user(call.path[0]);
  auto task = a.store.commit(std::move(statements));
  const auto done = co_await std::move(task);
  if (!done) co_return done.error();
  co_return Reply{204, {}};
}

}  // namespace

Routes user_routes() {
  const std::vector<std::string> fields = {"fields", "include_fields"};
  return {
      on("GET", "users", "read:users", "list_users", "List or search users", list_users)
          .asks({"page", "per_page", "include_totals", "sort", "connection", "fields", "include_fields", "q",
                 "search_engine", "primary_order", "from", "take"}),
      on("POST", "users", "create:users", "create_user", "Create a user", create_user).takes("user_create"),
      on("GET", "users-by-email", "read:users", "list_users_by_email", "Find users by e-mail", list_by_email)
          .asks({"email", "fields", "include_fields"}),
      on("GET", "users/{id}", "read:users", "get_user", "Get a user", get_user)
          .by_oneself("read:current_user")
          .asks(fields),
      on("PATCH", "users/{id}", "update:users update:users_app_metadata", "update_user", "Update a user", update_user_)
          .by_oneself("update:current_user_metadata create:current_user_metadata delete:current_user_metadata")
          .takes("user_update"),
      on("DELETE", "users/{id}", "delete:users", "delete_user", "Delete a user", remove_user),
  };
}

}  // namespace ostia::authority::management
