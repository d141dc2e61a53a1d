// One-time codes: what a passwordless login is proven by. One a person and connection at a time; a new one voids the
// old; three wrong tries end it.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

struct NewCode {
  std::string code;
  Statement keep;
};
/// A code of `digits` digits for `seconds`, known by `id`.
NewCode make_code(const Authority& a, const std::string& id, std::int64_t digits, std::int64_t seconds,
                  const json::Value& body);
/// What was kept with the code of that id, which works once (with `uses_up`) and only for `client_id`. Errors: those of
/// `check_one_time_code`.
Async<json::Value> check_code(Authority& a, std::string id, std::string code, std::string client_id, bool uses_up);

/// `address` is an e-mail address in lower case or a phone number. The statement that keeps the new code goes into the
/// commit that also queues the message.
NewCode make_one_time_code(const Authority& a, const Connection& connection, const std::string& address,
                           const json::Value& body);

/// What was kept with the code, which works once (with `uses_up`) and only for `client_id`. Errors: 403
/// `access_denied`, with the reasons `wrong_code`, `code_over` (no code, expired, too many wrong tries).
Async<json::Value> check_one_time_code(Authority& a, std::string connection, std::string address, std::string code,
                                       std::string client_id, bool uses_up);

}  // namespace ostia::authority
