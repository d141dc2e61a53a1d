// An authority's state, kept elsewhere and put back.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

/// Writes what an authority needs to live again into the new folder `to`, whole or not at all, while it runs: database,
/// master key (where it is
/// in the folder), certificate. Of either engine a backup is a SQLite file.
Status backup_data(const std::string& data, const std::string& database, const std::string& to);
/// Makes the folder `data`, where there is no authority, of such a folder; and fills the empty `database`, of either
/// engine.
Status restore_data(const std::string& from, const std::string& data, const std::string& database);

}  // namespace ostia::authority
