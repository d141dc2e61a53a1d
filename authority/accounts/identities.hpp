// Accounts that sign in as another one.
#pragma once

#include "accounts/users.hpp"

namespace ostia::authority {

/// The statements that make the account `identity` its own again; they break their commit (`store_unmatched`) if it is
/// not linked to `owner`.
std::vector<Statement> unlink(const std::string& owner, const std::string& identity, std::int64_t now);

}  // namespace ostia::authority
