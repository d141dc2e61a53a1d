// A password login, wherever it comes from: the login page, `/co/authenticate`, the token endpoint. One place counts
// failures, refuses breached passwords and modernizes hashes.
#pragma once

#include "accounts/users.hpp"
#include "limits/captcha.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

struct PasswordLogin {
  Human human;
  std::vector<std::string> connections;  ///< that the account may be in
  std::string username, password, client_id;
};

/// The account that these credentials open. No such account and a wrong password look the same, in time too. Errors
/// have `/co/authenticate`'s codes, texts and statuses (AZ-306 to AZ-310), and the reasons `wrong_password`,
/// `user_blocked`, `password_leaked`, `too_many_attempts`, `address_blocked`.
Async<User> authenticate_password(Authority& a, const Request& request, PasswordLogin login);

}  // namespace ostia::authority
