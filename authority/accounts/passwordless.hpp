// Logging in with a code or a link that was sent to an address.
#pragma once

#include "accounts/users.hpp"
#include "limits/captcha.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

struct PasswordlessStart {
  Human human;
  std::string connection, address;  ///< as they came
  bool link = false;
  json::Value parameters;  ///< `authParams`: what a link continues with
  std::string client_id, language;
};

/// An e-mail address in lower case or a phone number without spaces, as the connection's strategy wants it. Errors:
/// `bad.email`, `bad.phone_number`.
Result<std::string> passwordless_address(const Connection& connection, std::string_view text);

/// Makes a code and queues the message. `address` must have come from `passwordless_address`.
Async<Unit> start_passwordless(Authority& a, const Request& request, PasswordlessStart start);

/// Whether a code is right, and leaves it usable. Errors: 403 `access_denied` (`wrong_code`, `code_over`), 429
/// `too_many_attempts`.
Async<Unit> check_passwordless_code(Authority& a, const Request& request, std::string client_id, std::string connection,
                                    std::string address, std::string code);

/// The account that a code opens; made now if it is the person's first login and the connection allows sign-ups. Errors
/// are 403 `access_denied`, 403 `blocked_user`, 400 `invalid_request` (reason `realm_unknown`), 429
/// `too_many_attempts`.
Async<User> authenticate_passwordless(Authority& a, const Request& request, const Client& client,
                                      std::string connection, std::string address, std::string code);

}  // namespace ostia::authority
