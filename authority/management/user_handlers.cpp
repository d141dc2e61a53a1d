// Users over HTTP: made, read, changed, deleted.
#include "management/user_handlers.hpp"
#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "grants/own_token.hpp"
#include "logs/journal.hpp"

#include <algorithm>

#include "accounts/notices.hpp"
#include "accounts/registration.hpp"
#include "management/page.hpp"
#include "tenant/administrators.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {

using json::Value;

Async<User> user_of(Authority& a, std::string id) {
  CO_TRY(auto user, find_user(a.store, std::move(id)));
  if (!user) co_return no_user();
  co_return *user;
}

Handling list_people(Authority& a, Call call, const char* name, Statement select) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(const auto users, read_users(a.store, std::move(select)));
  std::vector<Value> out;
  for (const auto& user : users) {
    const Value document = user_document(a, user, {}, {}, false);
    Value one = Value::object();
    for (const char* member : {"user_id", "email", "picture", "name"})
      if (document.find(member)) one.set(member, document[member]);
    out.push_back(selected(std::move(one), call.query));
  }
  co_return paged(*page, name, out);
}

namespace {

Handling get_user(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.path[0]));
  CO_TRY(auto document, read_document(a, user, call.has_scope("read:user_idp_tokens")));
  co_return Reply{200, selected(std::move(document), call.query)};
}

Error refused_password(const PolicyViolation& violation) {
  return api_error(400, "invalid_body", violation.name + ": " + violation.message);
}

std::vector<std::string> known_of(const User& user) {
  std::vector<std::string> out = {user.email, user.username};
  for (const char* name : profile_members) out.push_back(user.profile[name].text());
  return out;
}

// The hash of a new password, if the connection's policy takes it; empty where there is none.
Async<std::string> hash_for(Authority& a, const Connection& c, const User& user, std::string password) {
  if (password.empty()) co_return std::string();
  if (auto violation = check_password_policy(c.password_policy, password, known_of(user)))
    co_return refused_password(*violation);
  CO_RETURN(a.passwords.hash({"the Management API"}, std::move(password)));
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
  const auto c = call.tenant->find_connection(call.body["connection"].text());
  if (!c) co_return api_error(400, "inexistent_connection", "The connection does not exist.");
  if (auto good = check_new(*c, call.body); !good) co_return std::move(good).error();
  User user;
  user.id = new_id(*c, call.body);
  user.connection = c->name;
  user.profile = Value::object({{c->strategy == "sms" ? "phone_verified" : "email_verified", false}});
  if (auto good = apply_profile(c, user, call.body); !good) co_return std::move(good).error();
  CO_TRY(auto hash, hash_for(a, *c, user, call.body["password"].text()));
  user.password_hash = hash;
  user.created_at = user.updated_at = a.clock.now();
  std::vector<Statement> statements;
  statements.push_back(insert_user(user, a.clock.now()));
  const bool verifies = c->is_database() && !user.profile["email_verified"].as_bool() &&
                        call.body["verify_email"].as_bool(true) && call.tenant->sends("verify_email");
  if (verifies) statements.push_back(verification_mail(a, call.request, user, {}));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_conflict")
    co_return api_error(409, "auth0_idp_error", "The user already exists.");
  if (!done) co_return done.error();
  a.outbox.wake();
  CO_TRY(auto document, read_document(a, user, false));
  co_return Reply{201, std::move(document)};
}

// A person changes their own `user_metadata`, as their token's scopes say.
// AZ-1212 · Auth0: update:current_user_metadata
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
  if (call.body.find("administrator") && !call.has_scope("update:administrators"))
    return api_error(403, "insufficient_scope", "Insufficient scope, expected any of: update:administrators");
  if (call.has_scope("update:users")) return ok();
  for (const auto& key : call.body.keys())
    if (key != "app_metadata" && key != "user_metadata" && key != "administrator")
      return api_error(403, "insufficient_scope", "Insufficient scope, expected any of: update:users");
  return ok();
}

// AZ-1210 · Auth0: users
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
Status check_source(Found<Connection> c, const Value& body) {
  if (!c || !c->is_upstream()) return ok();
  std::string refused;
  for (const char* name : {"email", "email_verified", "username", "password", "phone_number", "phone_verified"})
    if (body.find(name)) refused.append(refused.empty() ? "" : ", ").append(name);
  if (c->syncs_profile)
    for (const char* name : profile_members)
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
    CO_TRY(const auto linked, linked_accounts(a.store, user.id));
    const auto it = std::find_if(linked.begin(), linked.end(), [&](const User& u) { return u.connection == named; });
    if (it == linked.end())
      co_return api_error(400, "inexistent_connection", "The user has no identity in that connection.");
    account = *it;
  }
  const auto c = call.tenant->find_connection(account.connection);
  if (!c || !c->is_database())
    co_return api_error(400, "operation_not_supported", "Only users of a database connection have a password.");
  CO_TRY(const auto violation, reset_password(a, call.request, account, call.body["password"].text()));
  if (violation) co_return refused_password(*violation);
  co_return Unit{};
}

Handling change_user(Authority& a, Call call) {
  if (auto good = call.is_own ? check_own_change(call) : check_machine_change(call); !good)
    co_return std::move(good).error();
  if (auto good = check_one_at_a_time(call.body); !good) co_return std::move(good).error();
  CO_TRY(const auto before, user_of(a, call.path[0]));
  const auto c = call.tenant->find_connection(before.connection);
  if (auto good = check_source(c, call.body); !good) co_return std::move(good).error();
  if (call.body["password"].is_string()) CO_TRY_VOID(change_own_password(a, call, before));
  std::vector<Statement> logouts;
  if (call.body["blocked"].as_bool() && !before.blocked) {
    CO_TRY(logouts, sessions_ended(a, {.user_id = before.id}));
  }
  CO_AWAIT(const auto user, edit_user(a.store, before.id, a.clock.now(), [&](User& user, auto& statements) -> Status {
             if (auto good = apply_profile(c, user, call.body); !good) return good;
             if (const Value& wanted = call.body["administrator"]; wanted.is_bool())
               for (auto& statement :
                    wanted.as_bool() ? make_administrator(user.id, a.clock.now()) : end_administrator(user.id))
                 statements.push_back(std::move(statement));
             const bool moves = user.email != before.email;  // the address before hears of it
             auto mail = moves ? notice(a, call.request, before, {Notice::email_changed}) : std::nullopt;
             if (mail) statements.push_back(*std::move(mail));
             if (user.blocked && !before.blocked) {
               append(statements, logouts);
               append(statements, end_everything(user.id, a.clock.now()));
             }
             if (call.body["verify_email"].as_bool() && !user.email.empty())
               statements.push_back(verification_mail(a, call.request, user, call.body["client_id"].text()));
             return ok();
           }));
  if (!user && user.error().reason == "store_conflict")
    co_return api_error(400, "auth0_idp_error", "The specified new email or username already exists");
  if (!user) co_return user.error();
  if (const Value& wanted = call.body["administrator"]; wanted.is_bool()) {
    record(a, call.request,
           {.type = "sapi",
            .description = wanted.as_bool() ? "Made an administrator" : "Ended as an administrator",
            .client_id = client_of(call.token),
            .user_id = user->id,
            .user_name = user->login_name(),
            .connection = user->connection});
    if (auto loaded = load_tenant(a.store, a.secrets)) a.set_tenant(*std::move(loaded));
  }
  a.outbox.wake();
  CO_TRY(auto document, read_document(a, *user, false));
  co_return Reply{200, std::move(document)};
}

Handling remove_user(Authority& a, Call call) {
  CO_TRY(auto statements, sessions_ended(a, {.user_id = call.path[0]}));
  append(statements, delete_user(call.path[0]));
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  co_return Reply{204, {}};
}

}  // namespace

Routes user_routes() {
  const std::vector<std::string> fields = {"fields", "include_fields"};
  return {
      on("POST", "users", "create:users", "create_user", "Create a user", create_user).takes("user_create"),
      on("GET", "users/{id}", "read:users", "get_user", "Get a user", get_user)
          .by_oneself("read:current_user")
          .asks(fields),
      on("PATCH", "users/{id}", "update:users update:users_app_metadata update:administrators", "update_user",
         "Update a user", change_user)
          .by_oneself("update:current_user_metadata create:current_user_metadata delete:current_user_metadata")
          .takes("user_update"),
      on("DELETE", "users/{id}", "delete:users", "delete_user", "Delete a user", remove_user),
  };
}

}  // namespace ostia::authority::management
