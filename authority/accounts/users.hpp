// Accounts of the tenant and their sessions, as the store has them.
#pragma once

#include <functional>
#include <optional>

#include "base/async.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"
#include "tenant/session_limits.hpp"

namespace ostia::authority {

struct User {
  std::string id;  ///< `provider|id`
  std::string connection, email, username, password_hash, phone_number;
  bool blocked = false;
  json::Value profile;  ///< everything else of the document
  bool has_all = true;  ///< else `profile` has the claims of an ID token only (`find_session`)
  std::int64_t updated_at = 0;
  std::string linked_to;  ///< the account that this one is an identity of; empty: its own
  std::int64_t version = 0, created_at = 0, logins = 0, last_login = 0;
  std::string last_address;
  std::string sealed_tokens;  ///< what an upstream gave, sealed
  std::string via;            ///< the connection that this login came by; empty: `connection`
  /// Which life of its credentials this is: whatever was begun in an earlier one (before another password, the end of
  /// all sessions, a block) is over. An account that is made anew under an old id does not have the old one's.
  std::int64_t epoch = 0;
  std::int64_t epoch_since = 0;  ///< seconds since 1970

  /// `provider` and `id` of `provider|id`.
  [[nodiscard]] std::string_view provider() const { return std::string_view(id).substr(0, id.find('|')); }
  [[nodiscard]] std::string_view provider_id() const { return std::string_view(id).substr(id.find('|') + 1); }
  /// What the person signs in with, and knows the account by: the e-mail, else the username, else the phone number.
  [[nodiscard]] const std::string& login_name() const {
    return !email.empty() ? email : !username.empty() ? username : phone_number;
  }
  [[nodiscard]] const std::string& login_connection() const { return via.empty() ? connection : via; }
};

/// The person of that id. An account that is linked to another one is nobody of its own.
Async<std::optional<User>> find_user(Store& store, std::string id);
/// What a token says of how it came to be.
struct Origin {
  std::string grant_id, client_id;
  std::int64_t epoch = 0;         ///< of its person then
  std::int64_t withdrawals = -1;  ///< how often access had been taken back from the application then; -1: it had needed
                                  ///< no agreement
};
/// The person of that id; nobody if what came of that grant is over: revoked or withdrawn, or of an account that was
/// there before under the same id. One question, since every token of a person's asks all of it.
Async<std::optional<User>> find_user_of_grant(Store& store, std::string id, Origin origin);
/// The account of that id, linked or not.
Async<std::optional<User>> find_account(Store& store, std::string id);
/// What a `SELECT` for `read_users` has.
#define OSTIA_USER_COLUMNS                                                                                       \
  "user_id, connection, email, username, password_hash, blocked, profile, updated_at, phone_number, linked_to, " \
  "version, created_at, logins, last_login, last_address, sealed_tokens, epoch, epoch_since, more"
/// The same without what may be large, metadata above all: a silent login costs the same whatever is there.
#define OSTIA_USER_CLAIM_COLUMNS                                                                                 \
  "user_id, connection, email, username, password_hash, blocked, profile, updated_at, phone_number, linked_to, " \
  "version, created_at, logins, last_login, last_address, sealed_tokens, epoch, epoch_since, ''"
/// A row that begins with them.
Result<User> to_user(const Row& row);
/// The accounts that it gives.
Async<std::vector<User>> read_users(Store& store, Statement select);
/// The accounts that are linked to that of `id`, in the order of their ids.
Async<std::vector<User>> linked_accounts(Store& store, std::string id);
/// Who has signed in when `account` has: itself, or the account that it is linked to.
Async<User> owner_of(Store& store, User account);
/// The account that signs in as `name` (an e-mail or a username) with one of `connections`.
Async<std::optional<User>> find_user_by_login(Store& store, std::vector<std::string> connections, std::string name);

/// The account of an e-mail or passwordless connection by its address: an e-mail (any case) or a phone number.
Async<std::optional<User>> find_user_by_address(Store& store, std::string connection, std::string address);

/// How a profile is kept: the claims of an ID token, and all else, each as JSON.
struct KeptProfile {
  std::string claims, more;
};
KeptProfile kept_profile(const json::Value& profile);
/// Whether what is known of somebody is no more than may be kept (100 kB). Error: 400 `invalid_body`, with the reason
/// `profile_too_large`.
Status check_size(const User& user);

/// Gives `user` its first epoch and makes the statement that adds it; a name that is taken breaks a unique index
/// (`store_conflict`).
Statement insert_user(User& user, std::int64_t now);
/// The statements that give an account another password, and keep the old one's hash for the history. They break their
/// commit (`store_unmatched`) if password or address are other ones than when the account was read.
std::vector<Statement> change_password(const User& user, std::string hash, std::int64_t now);
/// The statement that keeps the account as it is now, all but its password. It breaks its commit (`store_unmatched`) if
/// somebody else has changed the account since it was read.
Statement update_user(const User& user, std::int64_t now);
/// Reads the person of that id, changes it by `edit` and keeps it, together with what `edit` adds to the statements;
/// again from the start if somebody else was faster. Errors: 404 `inexistent_user`, those of `edit`, a name that is
/// taken (`store_conflict`).
using EditUser = std::function<Status(User&, std::vector<Statement>&)>;
Async<User> edit_user(Store& store, std::string id, std::int64_t now, EditUser edit);
/// The same for an account that may be linked to another one.
Async<User> edit_account(Store& store, std::string id, std::int64_t now, EditUser edit);

/// The statements that take a person away, with all that is theirs.
std::vector<Statement> delete_user(const std::string& id);
/// The same for everybody of a connection.
std::vector<Statement> delete_users_of(const std::string& connection);

/// The claims that `scope` gives of the account (OpenID Connect Core section 5.4): `sub` always. `updated_at` is a
/// text, as the vendor has it, or with `strict` the number of the standard.
json::Value profile_claims(const User& user, std::string_view issuer, std::string_view scope, bool strict = false);

/// A person signed in at this browser.
struct Session {
  std::string id;  ///< what the cookie is hashed to; also the `sid` claim
  std::string user_id;
  std::int64_t auth_time = 0;
  std::int64_t used_at = 0;
  json::Value body;  ///< `connection`, `amr`, `mfa_at`, `address`, `user_agent`, `organization`, `epoch`
};

/// A session and whose it is.
struct SignedIn {
  Session session;
  User user;
};

/// A row of `id, user_id, auth_time, used_at, body` of the sessions.
Result<Session> to_session(const Row& row);
/// Starts a session of `user`; the answer is the cookie's value, which only the browser keeps. `body` as above.
/// `auth_time`: when they had proven who they are, where that was not now.
Async<std::string> start_session(Store& store, const User& user, json::Value body, std::int64_t now,
                                 SessionLimits limits, std::optional<std::int64_t> auth_time = {});
/// The statement that keeps another body for a session.
Statement update_session(const Session& session);
/// Who is signed in by a cookie, if the session is neither over nor idle for too long; marks it used, at most once a
/// minute.
Async<std::optional<SignedIn>> find_session(Store& store, std::string cookie, std::int64_t now, SessionLimits limits);
/// The session of a cookie, if there is one, be it idle for too long or over: to end it.
Async<std::optional<Session>> find_session_to_end(Store& store, std::string cookie);
/// The statements that end the session of a cookie because the same person has begun another one, `next`: the
/// applications that know the one are told of the end of the other.
std::vector<Statement> replace_session(const std::string& cookie, const std::string& next);
/// Whether nothing has begun another epoch since the account was made.
bool is_first_epoch(const User& user);
/// Begins another epoch of the account: what is under way is over.
Statement begin_epoch(const std::string& user_id, std::int64_t now);
/// Ends all sessions and refresh tokens of an account, and what is under way, and forgets its browsers: its password
/// has changed, say. The applications are told by `sessions_ended` (accounts/endings.hpp).
std::vector<Statement> end_everything(const std::string& user_id, std::int64_t now);

}  // namespace ostia::authority
