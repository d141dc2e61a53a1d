// What an authority keeps on disk: its folder, its master key, its database. The server and the verbs that work on a
// tenant's files open them alike.
#pragma once

#include <memory>
#include <string>

#include "base/files.hpp"
#include "state/root_keys.hpp"
#include "store/inspect.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// A file or folder; what is written counts once it is there.
Status sync_to_disk(const std::string& path);
/// Readable by its owner only, whole or not at all, and on the disk.
Status write_private_file(const std::string& path, const std::string& text);

/// Makes the folder if it is not there. The error is for the person who typed its name.
Status make_data_folder(const std::string& data);
/// The key under which everything secret is sealed: in the file `named`; or in the environment's `OSTIA_MASTER_KEY`; or
/// systemd's credential `ostia-master-key`; or DATA/master.key, which is made on the first start.
Result<std::string> master_key(const std::string& data, const std::string& named);
/// Whether the environment has it, or names it: what is in the folder does not count then.
bool names_master_key();
/// Whether one is there, if none is named.
bool has_master_key(const std::string& data);

/// `database` as it was typed; empty: SQLite in the folder. The error names what is not supported.
Status check_database(const std::string& database);
bool is_postgres(const std::string& database);
/// Where a program that works with PostgreSQL notes which history of the database it follows.
std::string lineage_file(const std::string& data);
/// The file of a SQLite database.
std::string database_file(const std::string& data, const std::string& database);
/// Whether there is an authority's database, without making one. The error: a server that cannot be asked.
Result<Presence> look_at_database(const std::string& data, const std::string& database);
/// Refuses to make a database where there was an authority before: a folder with its key or certificate, but whose
/// database is not there or has nothing in it, is most likely one whose disk is not mounted, or whose database was
/// named wrongly. `is_new`: whoever says so means it; then it is refused where there is a database.
Status check_beginning(const std::string& data, const std::string& database, bool is_new);
/// Refuses to make a master key for a database that was sealed with another one. `named` as `master_key` takes it.
Status check_key(const std::string& data, const std::string& named, Store& store);
/// `connections` to a server, if it is one. Errors: also, a restore into it was not finished.
Result<std::unique_ptr<Store>> open_database(const std::string& data, const std::string& database,
                                             std::size_t connections);
constexpr std::size_t few_connections = 6;  ///< for a program that does one thing after the other

/// What a folder is opened for.
enum class Purpose : std::uint8_t {
  look,    ///< nothing is changed: of a SQLite database that an older program has written a copy is looked at
  change,  ///< what is there
  create,  ///< what is not there is made
};

/// An authority, opened for work on its tenant.
struct Opened {
  std::shared_ptr<void> copy;  ///< of the database, if that is what was opened; it goes with this
  std::unique_ptr<Store> store;
  RootKeys keys;
  Secrets secrets;
};
/// `master_key_file` as `master_key` takes it. A database that an older program has written is upgraded by `ostia
/// serve` alone: whoever would change it here is told so.
Result<Opened> open_data(const std::string& data, const std::string& database, Purpose purpose,
                         const std::string& master_key_file = {});

/// What a SQLite file that cannot be opened for work says of its damage, a sentence each; nothing of other databases.
std::vector<std::string> damage_of(const std::string& data, const std::string& database);

}  // namespace ostia::authority
