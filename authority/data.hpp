// What an authority keeps on disk: its folder, its master key, its database. The server and the verbs that work on a
// tenant's files open them alike.
#pragma once

#include <memory>
#include <string>

#include "crypto/crypto.hpp"
#include "store/store.hpp"

namespace ostia::authority {

Result<std::string> read_file(const std::string& path);
/// Readable by its owner only, whole or not at all.
Status write_private_file(const std::string& path, const std::string& text);

/// Makes the folder if it is not there. The error is for the person who typed its name.
Status make_data_folder(const std::string& data);
/// The key under which everything secret is sealed; made on the first start.
Result<std::string> master_key(const std::string& data);

/// `database` as it was typed; empty: SQLite in the folder. The error names what is not supported.
Status check_database(const std::string& database);
Result<std::unique_ptr<Store>> open_database(const std::string& data, const std::string& database);

/// A folder that is there already, opened for work on its tenant.
struct Opened {
  std::unique_ptr<Store> store;
  Sealer secrets;
};
/// `creates`: makes what is not there.
Result<Opened> open_data(const std::string& data, const std::string& database, bool creates);

/// Writes what an authority needs to live again into the new folder `to`, whole or not at all, while it runs: database,
/// master key, certificate.
Status backup_data(const std::string& data, const std::string& database, const std::string& to);
/// Makes the folder `data`, where there is no authority, of such a folder.
Status restore_data(const std::string& from, const std::string& data);

/// The sealer of what is kept, as a running authority has it.
Sealer secrets_of(std::string_view master);

}  // namespace ostia::authority
