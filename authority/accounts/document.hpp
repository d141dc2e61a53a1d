// A person as a document: what the Management API shows of them, and what rules and actions are told.
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// The whole of it: profile, metadata, identities. `with_tokens` adds what the upstreams gave.
json::Value user_document(const Authority& a, const User& user, const std::vector<User>& linked,
                          const std::vector<std::string>& factors, bool with_tokens);
/// The same with what belongs to it read.
Async<json::Value> read_document(Authority& a, User user, bool with_tokens);
/// People in the order of their ids, after `after`, at most `size`: two reads for all of them. Second factors and
/// tokens are not in it.
Async<std::vector<json::Value>> read_documents(Authority& a, std::string after, std::int64_t size);
/// `identities[]`, the account's own first.
json::Value identities_of(const Authority& a, const User& user, const std::vector<User>& linked, bool with_tokens);

/// The members of a profile that a person has, whoever says so.
inline constexpr const char* profile_members[] = {"given_name", "family_name", "name", "nickname", "picture"};

/// Puts the members of a document into an account that is made or changed; metadata merges at the first level, null
/// takes a key away. Errors: a member that its connection does not have (400 `invalid_body`).
Status apply_profile(Found<Connection> connection, User& user, const json::Value& body);

}  // namespace ostia::authority
