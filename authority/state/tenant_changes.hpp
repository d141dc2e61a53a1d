// Changes of the tenant: committed, and from then on what this program works with.
#pragma once

#include <functional>

#include "state/authority.hpp"

namespace ostia::authority {

/// Changes one document by `edit` and keeps it, again from the start if somebody else was faster; what it is now.
/// `body` is null where there is none. Errors: those of `edit`.
using EditDocument = std::function<Status(json::Value& body)>;
Async<json::Value> edit_document(Authority& a, std::string kind, std::string id, EditDocument edit);

/// Commits, and lets this program work with the tenant as it is then; other nodes see the new revision.
Async<Unit> change_tenant(Authority& a, std::vector<Statement> statements);
/// Reads the tenant and its keys again if the revision in the store is another one than this program has.
Status follow_tenant(Authority& a);
/// Reads the keys again.
Status reload_keys(Authority& a);

}  // namespace ostia::authority
