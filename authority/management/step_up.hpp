// What an administrator does only right after a login (RFC 9470): what gives others power, takes things away, or lets
// secrets and people's data out. A program's token has no login, and is not asked for one.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

/// 403 `insufficient_user_authentication` where the login is older than the tenant lets it be for that call. A call
/// that would only show secrets beside other things goes on without them.
Status check_login_age(const Authority& a, const Route& route, Call& call);
/// The header that says what is missing; nothing for other errors.
std::optional<std::string> step_up_challenge(const Tenant& tenant, const Error& error);

}  // namespace ostia::authority::management
