// Accounts of the tenant and their sessions, as the store has them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct User {
  std::string id;  ///< `provider|id`
  std::string connection, email, username, password_hash;
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

/// The claims that `scope` gives of the account (OpenID Connect Core section 5.4): `sub` always.
json::Value profile_claims(const User& user, std::string_view scope);

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
/// Ends the session of a cookie, if there is one.
Async<Unit> end_session(Store& store, std::string cookie);

}  // namespace ostia::authority
