// What the files about people share.
#pragma once

#include "accounts/document.hpp"
#include "accounts/users.hpp"
#include "management/call.hpp"

namespace ostia::authority::management {

inline Error no_user() { return not_found("The user does not exist.", "inexistent_user"); }

/// The one of a call's first slot, whoever they may be to the caller. Error: 404 `inexistent_user`.
Async<User> user_of(Authority& a, std::string id);

/// A page of the people that a `SELECT` of user columns gives, a few members of each. `name` is what the list is
/// called.
Handling list_people(Authority& a, Call call, const char* name, Statement select);

}  // namespace ostia::authority::management
