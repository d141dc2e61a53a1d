// New accounts and new passwords, wherever they are asked for.
#pragma once

#include "accounts/password_policy.hpp"
#include "accounts/users.hpp"
#include "limits/captcha.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

struct Registration {
  Human human;
  std::string connection, client_id, email, username, password;
  json::Value profile = json::Value::object();  ///< names, picture, `user_metadata`
  std::string user_id = {};                     ///< made before; empty: a new one
  std::vector<Statement> passkey = {};          ///< keep the key that takes the place of a password; none: it has one
};

/// What became of it: an account, or why not. The policy's violation has members that an Error has no place for.
struct Registered {
  std::optional<User> user;
  std::optional<PolicyViolation> violation;
};

/// The profile that a sign-up says: names, picture and `user_metadata` of `body`. Errors: `field_type`,
/// `user_metadata_malformed`.
Result<json::Value> read_profile(const json::Value& body);

/// Makes the account and queues the mail that verifies its address. Errors: `invalid_signup` (reasons `user_exists`,
/// `username_exists`, `email_malformed`, `username_malformed`, `signup_disabled`), `password_leaked`.
Async<Registered> register_user(Authority& a, const Request& request, Registration registration);

/// Makes an account of a passwordless connection, whose address is proven by the code that came back.
Async<User> register_passwordless(Authority& a, const Request& request, std::string connection, std::string address,
                                  std::string client_id);

/// The statement that queues the welcome, where the tenant sends one, for an account whose address has been verified.
std::optional<Statement> welcome(const Authority& a, const Request& request, const User& user);

/// The statement that queues the mail which verifies the account's address.
Statement verification_mail(const Authority& a, const Request& request, const User& user, const std::string& client_id);

/// Queues the mail with the link to a new password, if there is such an account in the connection. Whether there is one
/// makes no difference to the answer.
Async<Unit> request_password_reset(Authority& a, const Request& request, Human human, std::string connection,
                                   std::string email, std::string client_id);

/// The ticket of a link to a new password.
std::string seal_reset(const Authority& a, const User& user, std::string_view client_id);
/// What a link to a new password stands on: it ends with the password and with the address that it went to.
std::string reset_mark(const Authority& a, const User& user);

/// Gives the account another password, after its policy, history and the list of published ones; every session and
/// refresh token ends, and what is under way, and a mail tells the owner. Errors: `password_leaked`;
/// `password_contended` where it is another password already than that of `user`.
Async<std::optional<PolicyViolation>> reset_password(Authority& a, const Request& request, User user,
                                                     std::string password);

}  // namespace ostia::authority
