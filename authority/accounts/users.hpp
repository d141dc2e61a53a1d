// Accounts of the tenant and their sessions, as the store has them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct User {
  std::string id;  ///< `provider|id`
  std::string connection, email, username, password_hash, phone_number;
  bool blocked = false;
  json::Value profile;  ///< everything else of the document
  std::int64_t updated_at = 0;
};

template <class T>
using Async = boost::asio::awaitable<Result<T>>;

/// The account of that id.
Async<std::optional<User>> find_user(Store& store, std::string id);
/// The account that signs in as `name` (an e-mail or a username) with one of `connections`.
Async<std::optional<User>> find_user_by_login(Store& store, std::vector<std::string> connections, std::string name);

/// The account of an e-mail or passwordless connection by its address: an e-mail (any case) or a phone number.
Async<std::optional<User>> find_user_by_address(Store& store, std::string connection, std::string address);

/// The statement that adds `user`; a name that is taken breaks a unique index (`store_conflict`).
Statement insert_user(const User& user, std::int64_t now);
/// The statements that give an account another password, and keep the old one's hash for the history.
std::vector<Statement> change_password(const User& user, std::string hash, std::int64_t now);
/// The statement that keeps `user.profile`.
Statement update_profile(const User& user, std::int64_t now);

/// Whether the text looks like an e-mail address that mail can be sent to.
bool is_email(std::string_view text);
/// E.164: `+` and 7 to 15 digits.
bool is_phone_number(std::string_view text);

/// The claims that `scope` gives of the account (OpenID Connect Core section 5.4): `sub` always. `updated_at` is a
/// text, as the vendor has it, or with `strict` the number of the standard.
json::Value profile_claims(const User& user, std::string_view scope, bool strict = false);

/// A person signed in at this browser.
struct Session {
  std::string id;  ///< what the cookie is hashed to; also the `sid` claim
  std::string user_id;
  std::int64_t auth_time = 0;
  std::int64_t used_at = 0;
};

/// Limits of a session, in seconds.
struct SessionLimits {
  std::int64_t absolute, idle;
};

/// Starts a session; the answer is the cookie's value, which only the browser keeps.
Async<std::string> start_session(Store& store, std::string user_id, std::int64_t now, SessionLimits limits);
/// The session of a cookie, if it is neither over nor idle for too long; marks it used, at most once a minute.
Async<std::optional<Session>> find_session(Store& store, std::string cookie, std::int64_t now, SessionLimits limits);
/// Ends the session of a cookie, if there is one, and says which it was.
Async<std::optional<Session>> end_session(Store& store, std::string cookie);
/// Ends all sessions and refresh tokens of an account: its password has changed.
std::vector<Statement> end_everything(const std::string& user_id);

}  // namespace ostia::authority
