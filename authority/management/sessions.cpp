// What a person has open: sessions, refresh tokens, consents, device credentials; and the blocks that guessing their
// password has brought.
#include <algorithm>

#include "accounts/attempts.hpp"
#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "grants/consent.hpp"
#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

Async<std::vector<Value>> read(Authority& a, Statement select, Value (*shown)(const Row&)) {
  CO_TRY(const auto rows, a.store.query(std::move(select)));
  std::vector<Value> out;
  for (const auto& row : rows) out.push_back(shown(row));
  co_return out;
}

// A list under a name, a checkpoint page of it.
Handling listed(Authority& a, Call call, const char* name, Statement select, Value (*shown)(const Row&)) {
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  *page = from_checkpoint(*page);
  CO_TRY(const auto all, read(a, std::move(select), shown));
  co_return paged(*page, name, all);
}

Handling one_of(Authority& a, Statement select, Value (*shown)(const Row&), const char* what) {
  CO_TRY(const auto found, read(a, std::move(select), shown));
  if (found.empty()) co_return not_found(std::string("The ") + what + " does not exist.", "not_found");
  co_return Reply{200, found.front()};
}

Value session_of(const Row& r) {
  auto body = json::parse(text_at(r, 6));
  const Value b = body ? *body : Value::object();
  return Value::object(
      {{"id", text_at(r, 0)},
       {"user_id", text_at(r, 1)},
       {"created_at", iso_time(int_at(r, 3))},
       {"updated_at", iso_time(int_at(r, 4))},
       {"authenticated_at", iso_time(int_at(r, 2))},
       {"last_interacted_at", iso_time(int_at(r, 4))},
       {"expires_at", iso_time(int_at(r, 5))},
       {"device", Value::object({{"initial_ip", b["address"]}, {"initial_user_agent", b["user_agent"]}})}});
}

#define SESSION_COLUMNS "id, user_id, auth_time, created_at, used_at, expires_at, body"

Handling list_sessions(Authority& a, Call call) {
  Statement select{"SELECT " SESSION_COLUMNS
                   " FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id",
                   {call.path[0], a.clock.now()}};
  CO_RETURN(listed(a, std::move(call), "sessions", std::move(select), session_of));
}

Handling get_session(Authority& a, Call call) {
  CO_RETURN(
      one_of(a, {"SELECT " SESSION_COLUMNS " FROM sessions WHERE id = $1", {call.path[0]}}, session_of, "session"));
}

Handling delete_sessions(Authority& a, Call call) {
  CO_TRY_VOID(end_sessions(a, {.user_id = call.path[0]}));
  co_return Reply{202, {}};
}

Handling delete_session(Authority& a, Call call) {
  CO_TRY_VOID(end_sessions(a, {.session_id = call.path[0]}));
  co_return Reply{202, {}};
}

// The vendor's word for it: the session and the refresh tokens that came of it.
Handling revoke_session_by_id(Authority& a, Call call) {
  CO_TRY_VOID(revoke_session(a, call.path[0]));
  co_return Reply{202, {}};
}

Value refresh_token_of(const Row& r) {
  auto body = json::parse(text_at(r, 3));
  const Value grant = body ? *body : Value::object();
  return Value::object(
      {{"id", text_at(r, 0)},
       {"user_id", text_at(r, 2)},
       {"client_id", text_at(r, 1)},
       {"session_id", grant["session_id"].text()},
       {"created_at", iso_time(int_at(r, 4))},
       {"last_exchanged_at", iso_time(int_at(r, 5))},
       {"expires_at", iso_time(int_at(r, 6))},
       {"rotating", int_at(r, 7) != 0},
       {"resource_servers",
        Value::array({Value::object({{"audience", grant["audience"].text()}, {"scopes", grant["scope"].text()}})})}});
}

#define REFRESH_TOKEN_COLUMNS \
  "grant_id, client_id, user_id, body, created_at, used_at, expires_at, rotated_at IS NOT NULL"

Handling list_refresh_tokens(Authority& a, Call call) {
  Statement select{
      "SELECT " REFRESH_TOKEN_COLUMNS
      " FROM refresh_tokens WHERE user_id = $1 AND expires_at > $2 AND rotated_at IS NULL ORDER BY created_at, id",
      {call.path[0], a.clock.now()}};
  CO_RETURN(listed(a, std::move(call), "tokens", std::move(select), refresh_token_of));
}

Handling list_all_refresh_tokens(Authority& a, Call call) {
  Statement select{
      "SELECT " REFRESH_TOKEN_COLUMNS
      " FROM refresh_tokens WHERE ($1 = '' OR user_id = $1) AND ($3 = '' OR client_id = $3) AND expires_at "
      "> $2 AND rotated_at IS NULL ORDER BY created_at, id",
      {std::string(call.query.get("user_id")), a.clock.now(), std::string(call.query.get("client_id"))}};
  CO_RETURN(listed(a, std::move(call), "refresh_tokens", std::move(select), refresh_token_of));
}

// All that a person has open, or one session of theirs, with what came of it unless that is to stay.
Handling revoke_user_access(Authority& a, Call call) {
  CO_TRY_VOID(user_of(a, call.path[0]));
  const std::string session = call.body["session_id"].text();
  const bool keeps_tokens = call.body["preserve_refresh_tokens"].as_bool();
  if (!session.empty()) {
    CO_TRY(const auto rows,
           a.store.query({"SELECT id FROM sessions WHERE id = $1 AND user_id = $2", {session, call.path[0]}}));
    if (rows.empty()) co_return not_found("The session does not exist.", "not_found");
    if (keeps_tokens) {
      CO_TRY_VOID(end_sessions(a, {.session_id = session}));
    } else {
      CO_TRY_VOID(revoke_session(a, session));
    }
    co_return Reply{202, {}};
  }
  CO_TRY_VOID(end_sessions(a, {.user_id = call.path[0]}));
  if (keeps_tokens) co_return Reply{202, {}};
  CO_RETURN(commit(a, revoke_refresh_tokens(call.path[0], a.clock.now()), 202));
}

Handling get_refresh_token(Authority& a, Call call) {
  CO_RETURN(one_of(
      a,
      {"SELECT " REFRESH_TOKEN_COLUMNS " FROM refresh_tokens WHERE grant_id = $1 ORDER BY created_at DESC LIMIT 1",
       {call.path[0]}},
      refresh_token_of, "refresh token"));
}

// By its grant, so that everything that came of it ends.
Handling delete_refresh_token(Authority& a, Call call) {
  CO_TRY_VOID(revoke_grant(a, call.path[0]));
  co_return Reply{202, {}};
}

Handling delete_refresh_tokens(Authority& a, Call call) {
  CO_RETURN(commit(a, revoke_refresh_tokens(call.path[0], a.clock.now()), 202));
}

// ---- Consents, which the vendor calls grants

Value consent_of(const Row& r) {
  Value scope = Value::array();
  for (const auto word : text::split(text_at(r, 3), ' ')) scope.push_back(word);
  return Value::object({{"id", text_at(r, 0) + " " + text_at(r, 1) + " " + text_at(r, 2)},
                        {"clientID", text_at(r, 1)},
                        {"user_id", text_at(r, 0)},
                        {"audience", text_at(r, 2)},
                        {"scope", std::move(scope)}});
}

Handling list_grants(Authority& a, Call call) {
  const auto asked = [&](const char* name) { return std::string(call.query.get(name)); };
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY(
      const auto all,
      read(a,
           {"SELECT user_id, client_id, audience, scope FROM consents WHERE ($1 = '' OR user_id = $1) AND ($2 = '' OR "
            "client_id = $2) AND ($3 = '' OR audience = $3) ORDER BY user_id, client_id, audience",
            {asked("user_id"), asked("client_id"), asked("audience")}},
           consent_of));
  co_return paged(*page, "grants", all);
}

// Its id is whose it is, of which application and for what. Refresh tokens of the application end with it.
Handling delete_grant(Authority& a, Call call) {
  std::string user = call.path[0];
  const auto cut_last = [&] {
    const auto space = user.rfind(' ');
    const std::string last = space == user.npos ? "" : user.substr(space + 1);
    user.resize(space == user.npos ? 0 : space);
    return last;
  };
  const std::string audience = cut_last(), client = cut_last();
  auto statements = revoke_access(user, client, a.clock.now());
  statements.push_back(
      {"DELETE FROM consents WHERE user_id = $1 AND client_id = $2 AND audience = $3", {user, client, audience}});
  CO_RETURN(commit(a, std::move(statements), 204));
}

Handling delete_grants(Authority& a, Call call) {
  if (call.query.get("user_id").empty()) co_return invalid_query("'Missing required property: user_id'.");
  const std::string user(call.query.get("user_id"));
  CO_RETURN(commit(a, withdraw_all(user, a.clock.now()), 204));
}

// ---- Device credentials

Value device_credential_of(const Row& r) {
  auto body = json::parse(text_at(r, 4));
  Value out = body ? *body : Value::object();
  out.erase("value_sealed");
  out.set("id", text_at(r, 0));
  out.set("user_id", text_at(r, 1));
  out.set("client_id", text_at(r, 2));
  return out;
}

Handling list_device_credentials(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  const std::string user(call.is_own ? call.token["sub"].text() : std::string(call.query.get("user_id")));
  if (call.is_own && call.query.has("user_id") && call.query.get("user_id") != user)
    co_return api_error(403, "operation_not_supported", "User to be acted on does not match subject in bearer token.");
  CO_TRY(const auto all, read(a,
                              {"SELECT id, user_id, client_id, created_at, body FROM device_credentials WHERE $1 = '' "
                               "OR user_id = $1 ORDER BY "
                               "created_at, id",
                               {user}},
                              device_credential_of));
  std::vector<Value> out;
  for (const auto& one : all) {
    if (call.query.has("client_id") && one["client_id"].text() != call.query.get("client_id")) continue;
    if (call.query.has("type") && one["type"].text() != call.query.get("type")) continue;
    out.push_back(selected(one, call.query));
  }
  co_return paged(*page, "device_credentials", out);
}

// A person's own token only: the credential is for whom the token is about.
Handling create_device_credential(Authority& a, Call call) {
  if (!call.is_own)
    co_return api_error(403, "insufficient_scope",
                        "Insufficient scope, expected any of: create:current_user_device_credentials");
  Value body = call.body;
  const std::string client = client_of(call.token);
  if (body.find("client_id") && body["client_id"].text() != client)
    co_return api_error(403, "operation_not_supported", "client_id must be that of the access token.");
  const std::string id = "dcr_" + random_id().substr(0, 16);
  body.set("value_sealed", a.secrets.seal(body["value"].text(), {"device_credentials", id, "value"}));
  body.erase("value");
  constexpr std::int64_t most = 20;  // of a person's
  CO_TRY(const auto kept,
         a.store.write({"INSERT INTO device_credentials (id, user_id, client_id, created_at, body) SELECT $1, $2, $3, "
                        "$4, $5 WHERE (SELECT count(*) FROM device_credentials WHERE user_id = $2) < $6 RETURNING id",
                        {id, call.token["sub"].text(), client, a.clock.now(), json::write(body), most}}));
  if (kept.empty())
    co_return api_error(403, "too_many_credentials",
                        "This user has 20 device credentials, which is the most: delete one of them first.");
  co_return Reply{201, Value::object({{"id", id}})};
}

Handling delete_device_credential(Authority& a, Call call) {
  const std::string user = call.is_own ? call.token["sub"].text() : "";
  std::vector<Statement> statements;
  statements.push_back(
      {"DELETE FROM device_credentials WHERE id = $1 AND ($2 = '' OR user_id = $2)", {call.path[0], user}});
  CO_RETURN(commit(a, std::move(statements), 204));
}

// ---- Blocks

Async<Value> blocks_of(Authority& a, User user) {
  CO_TRY(const auto addresses, blocked_addresses(a, user.id));
  Value out = Value::array();
  for (const auto& address : addresses) {
    Value one = Value::object({{"identifier", user.login_name()}, {"connection", user.connection}});
    if (!address.empty()) one.set("ip", address);
    out.push_back(std::move(one));
  }
  co_return out;
}

Handling with_user(Authority& a, std::string id, bool unblocks) {
  CO_TRY(const auto user, user_of(a, std::move(id)));
  if (!unblocks) {
    CO_TRY(const auto blocks, blocks_of(a, user));
    co_return Reply{200, Value::object({{"blocked_for", blocks}})};
  }
  CO_TRY_VOID(a.store.commit(forget_all_failures(user.id)));
  co_return Reply{204, {}};
}

Handling get_blocks(Authority& a, Call call) { CO_RETURN(with_user(a, call.path[0], false)); }
Handling delete_blocks(Authority& a, Call call) { CO_RETURN(with_user(a, call.path[0], true)); }

// By what a person types to log in.
Handling by_identifier(Authority& a, Call call) {
  const std::string name(call.query.get("identifier"));
  if (name.empty()) co_return invalid_query("'Missing required property: identifier'.");
  std::vector<std::string> connections;
  for (const auto& c : call.tenant->connections) connections.push_back(c.name);
  CO_TRY(const auto account, find_user_by_login(a.store, connections, name));
  if (!account) co_return no_user();
  CO_RETURN(
      with_user(a, account->linked_to.empty() ? account->id : account->linked_to, call.request.method == "DELETE"));
}

}  // namespace

Routes session_routes() {
  const std::vector<std::string> checkpoint = {"take", "from", "page", "per_page", "include_totals"};
  return {
      on("GET", "users/{id}/sessions", "read:sessions", "list_user_sessions", "List a user's sessions", list_sessions)
          .asks(checkpoint),
      on("DELETE", "users/{id}/sessions", "delete:sessions", "delete_user_sessions", "End a user's sessions",
         delete_sessions),
      on("GET", "sessions/{id}", "read:sessions", "get_session", "Get a session", get_session),
      on("DELETE", "sessions/{id}", "delete:sessions", "delete_session", "End a session", delete_session),
      on("POST", "sessions/{id}/revoke", "update:sessions delete:sessions", "revoke_session", "Revoke a session",
         revoke_session_by_id),
      on("GET", "users/{id}/refresh-tokens", "read:refresh_tokens", "list_user_refresh_tokens",
         "List a user's refresh tokens", list_refresh_tokens)
          .asks(checkpoint),
      on("DELETE", "users/{id}/refresh-tokens", "delete:refresh_tokens", "delete_user_refresh_tokens",
         "Revoke a user's refresh tokens", delete_refresh_tokens),
      on("GET", "refresh-tokens", "read:refresh_tokens", "list_refresh_tokens", "List refresh tokens",
         list_all_refresh_tokens)
          .asks({"take", "from", "page", "per_page", "include_totals", "user_id", "client_id"}),
      on("POST", "users/{id}/revoke-access", "delete:sessions delete:refresh_tokens", "revoke_user_access",
         "End what a user has open", revoke_user_access)
          .takes("revoke_access"),
      on("GET", "refresh-tokens/{id}", "read:refresh_tokens", "get_refresh_token", "Get a refresh token",
         get_refresh_token),
      on("DELETE", "refresh-tokens/{id}", "delete:refresh_tokens", "delete_refresh_token", "Revoke a refresh token",
         delete_refresh_token),
      on("GET", "grants", "read:grants", "list_grants", "List consents", list_grants)
          .asks({"page", "per_page", "include_totals", "user_id", "client_id", "audience"}),
      on("DELETE", "grants/{id}", "delete:grants", "delete_grant", "Take a consent back", delete_grant),
      on("DELETE", "grants", "delete:grants", "delete_grants", "Take a user's consents back", delete_grants)
          .asks({"user_id"}),
      on("GET", "device-credentials", "read:device_credentials", "list_device_credentials", "List device credentials",
         list_device_credentials)
          .by_oneself("create:current_user_device_credentials delete:current_user_device_credentials")
          .asks({"page", "per_page", "include_totals", "fields", "include_fields", "user_id", "client_id", "type"}),
      on("POST", "device-credentials", "create:device_credentials", "create_device_credential",
         "Create a device credential", create_device_credential)
          .by_oneself("create:current_user_device_credentials")
          .takes("device_credential"),
      on("DELETE", "device-credentials/{id}", "delete:device_credentials", "delete_device_credential",
         "Delete a device credential", delete_device_credential)
          .by_oneself("delete:current_user_device_credentials"),
      on("GET", "user-blocks/{id}", "read:users", "get_user_blocks", "Get a user's blocks", get_blocks)
          .asks({"consider_brute_force_enablement"}),
      on("DELETE", "user-blocks/{id}", "update:users", "delete_user_blocks", "Unblock a user", delete_blocks),
      on("GET", "user-blocks", "read:users", "get_user_blocks_by_identifier", "Get blocks by identifier", by_identifier)
          .asks({"identifier", "consider_brute_force_enablement"}),
      on("DELETE", "user-blocks", "update:users", "delete_user_blocks_by_identifier", "Unblock by identifier",
         by_identifier)
          .asks({"identifier"}),
  };
}

}  // namespace ostia::authority::management
