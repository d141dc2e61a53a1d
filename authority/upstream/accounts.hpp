// The accounts of upstreams' people.
#pragma once

#include "accounts/users.hpp"
#include "upstream/identity.hpp"

namespace ostia::authority::upstream {

/// Who has signed in: the account `provider|id`, made when it comes first, and changed to what the upstream says now
/// where the connection wants that; or the account that it is linked to. Errors: `unauthorized` for a blocked one,
/// `access_denied` where sign-ups are turned off.
Async<User> sign_in(Authority& a, const Request& request, const Connection& connection, Identity identity,
                    std::string client_id);

/// The account of the person who has that id at the upstream of `connection`, or the one that it is linked to; nobody
/// where it is another connection's.
Async<std::optional<User>> find_account(Authority& a, const Connection& connection, std::string id);

}  // namespace ostia::authority::upstream
