// A person as the Management API shows them.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

inline Error no_user() { return not_found("The user does not exist.", "inexistent_user"); }

/// The whole document: profile, metadata, identities. `with_tokens` (the scope `read:user_idp_tokens`) adds what the
/// upstreams gave.
json::Value user_document(const Authority& a, const User& user, const std::vector<User>& linked,
                          const std::vector<std::string>& factors, bool with_tokens);
/// The same with what belongs to it read.
Async<json::Value> read_document(Authority& a, User user, bool with_tokens);
/// `identities[]`, the account's own first.
json::Value identities_of(const Authority& a, const User& user, const std::vector<User>& linked, bool with_tokens);

/// The one of a call's first slot, whoever they may be to the caller. Error: 404 `inexistent_user`.
Async<User> user_of(Authority& a, std::string id);

/// Puts the members of a body into an account that is made or changed. Errors: a member that its connection does not
/// have, or that does not go with it.
Status apply_profile(const Connection* connection, User& user, const json::Value& body);

}  // namespace ostia::authority::management
