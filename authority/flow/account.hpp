// The way into `/account`: its owner, after a login that is fresh.
#pragma once

#include "accounts/users.hpp"
#include "flow/step.hpp"
#include "protocol/enrolment.hpp"

namespace ostia::authority {

/// How old a login, and the second factor of those who have one, may be for `/account`, in seconds.
inline constexpr std::int64_t account_max_age = protocol::enrolment_login_age;

/// Who is signed in here, if that is fresh enough and was let in; else nobody.
Async<std::optional<SignedIn>> account_owner(Authority& a, const Request& request);

/// Says in a session's body that its login has passed everything: second factor, rules and actions.
void mark_let_in(json::Value& session_body, std::int64_t now);

/// The end of a login for `/account` that has passed all of it.
boost::asio::awaitable<Response> let_into_account(Authority& a, const Request& request, Session session);

/// Sends the browser to log in, and then back to `/account`.
Showing log_in_for_account(Authority& a, const Request& request);

/// Sends the browser to add a second factor, and then back to `/account`.
Showing enrol_for_account(Authority& a, const Request& request);

/// Whether the account has a password that its owner could know.
bool may_change_password(const Tenant& tenant, const User& user);

}  // namespace ostia::authority
