// An authority's state, kept elsewhere and put back.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

/// Writes what an authority needs to live again into the new folder `to`, whole or not at all, while it runs: database
/// and certificates; with `with_keys` also the master key (where it is in the folder) and the certificate's, without
/// which a backup opens nothing. Of either engine a backup is a SQLite file.
Status backup_data(const std::string& data, const std::string& database, const std::string& to, bool with_keys,
                   const std::string& master_key_file);
/// Refuses what `restore_data` would not write to, before anything is read.
Status check_restore(const std::string& data, const std::string& database);
/// Makes the folder `data`, where there is no authority, of such a folder; and fills the empty `database`, of either
/// engine. `master_key_file`: where the key is, if the backup has none; it is put into the folder.
Status restore_data(const std::string& from, const std::string& data, const std::string& database,
                    const std::string& master_key_file);

}  // namespace ostia::authority
