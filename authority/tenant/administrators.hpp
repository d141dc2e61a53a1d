// Who may use the dashboard. That is kept in a table of its own and nowhere else: nothing that an account carries (its
// metadata, an invitation's, an import's, what a script sets) can bring it along.
#pragma once

#include <string>
#include <vector>

#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// Whether that person may use the dashboard.
Async<bool> is_administrator(Store& store, std::string user_id);
/// The statements that make somebody one, and that end it. The tenant is read again after them: whose connections the
/// dashboard admits may have changed (`Tenant::with_administrators`).
std::vector<Statement> make_administrator(const std::string& user_id, std::int64_t now);
std::vector<Statement> end_administrator(const std::string& user_id);
/// Whether there is one at all. Blocks.
Result<bool> has_administrator(Store& store);

/// What `app_metadata` says of it, as files and stores from before the table do: `ostia.administrator`.
bool claims_administrator(const json::Value& app_metadata);
/// Takes that out of a profile; true if it was there and true. What is left empty goes, too.
bool take_claim(json::Value& profile);
/// The error for who tries it by metadata, which names the way that there is.
Error not_by_metadata();

/// Moves what a store from before the table has in its accounts into it, once in the store's life. Blocks.
Status move_administrators(Store& store, std::int64_t now);

}  // namespace ostia::authority
