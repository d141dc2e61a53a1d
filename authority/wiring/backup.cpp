#include "wiring/backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "state/data.hpp"
#include "store/copy.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;

// The database is copied by itself.
constexpr const char* certificates[] = {"ca.pem", "tls.pem"};
constexpr const char* keys[] = {"master.key", "tls-key.pem", "ca-key.pem"};

// Of PostgreSQL too a backup is a SQLite file: it can be looked into, verified, and put back to either.
Status copy_database(const std::string& data, const std::string& database, const std::string& to) {
  if (!is_postgres(database)) {
    const std::string file = database_file(data, database);
    return fs::exists(file) ? copy_sqlite(file, to) : Status(invalid_option("there is no database " + file));
  }
  auto from = open_database(data, database, few_connections);
  if (!from) return std::move(from).error();
  auto made = open_sqlite(to);
  if (!made) return std::move(made).error();
  return copy_store(**from, **made);
}

Status copy_files(const std::string& from, const std::string& to, bool with_keys) {
  std::error_code ec;
  const auto copy = [&](const char* name) {
    if (!ec && fs::exists(from + "/" + name)) fs::copy_file(from + "/" + name, to + "/" + name, ec);
  };
  std::for_each(std::begin(certificates), std::end(certificates), copy);
  if (with_keys) std::for_each(std::begin(keys), std::end(keys), copy);
  return ec ? Status(invalid_option("cannot write to " + to + ": " + ec.message())) : ok();
}

// A folder appears whole: `fill` writes it under another name.
Status make_folder(const std::string& to, const std::function<Status(const std::string& folder)>& fill) {
  const std::string half = to + ".new";
  std::error_code ec;
  fs::remove_all(half, ec);
  fs::create_directories(half, ec);
  if (ec) return invalid_option("cannot make the folder " + half + ": " + ec.message());
  if (auto filled = fill(half); !filled) return filled;
  for (const auto& entry : fs::directory_iterator(half))
    if (auto synced = sync_to_disk(entry.path().string()); !synced) return synced;
  if (auto synced = sync_to_disk(half); !synced) return synced;
  fs::rename(half, to, ec);
  if (ec) return invalid_option("cannot make the folder " + to + ": " + ec.message());
  return sync_to_disk(fs::absolute(to).parent_path().string());
}

Status put_into_postgres(const std::string& from, const std::string& data, const std::string& database) {
  auto backup = open_sqlite(from + "/ostia.db");
  if (!backup) return std::move(backup).error();
  auto store = open_database(data, database, few_connections);
  if (!store) return std::move(store).error();
  return copy_store(**backup, **store);
}

}  // namespace

Status backup_data(const std::string& data, const std::string& database, const std::string& to, bool with_keys) {
  if (auto good = check_database(database); !good) return good;
  if (!has_master_key(data)) return invalid_option("there is no authority in " + data + " (no master.key)");
  if (fs::exists(to)) return invalid_option("there is something at " + to + " already: a backup makes a new folder");
  umask(0077);
  return make_folder(to, [&](const std::string& folder) {
    auto copied = copy_database(data, database, folder + "/ostia.db");
    return copied ? copy_files(data, folder, with_keys) : std::move(copied);
  });
}

Status restore_data(const std::string& from, const std::string& data, const std::string& database,
                    const std::string& master_key_file) {
  if (auto good = check_database(database); !good) return good;
  std::error_code ec;
  if (fs::exists(data) && !fs::is_empty(data, ec))
    return invalid_option("--data: " + data + " is not empty: move what is there away first");
  if (!fs::exists(from + "/ostia.db")) return invalid_option("there is no backup in " + from + " (no ostia.db)");
  fs::remove(data, ec);
  umask(0077);
  return make_folder(data, [&](const std::string& folder) -> Status {
    if (auto copied = copy_files(from, folder, true); !copied) return copied;
    if (!master_key_file.empty()) {
      const auto key = read_file(master_key_file);
      if (!key) return key.error();
      if (auto kept = write_private_file(folder + "/master.key", *key); !kept) return kept;
    }
    return is_postgres(database) ? put_into_postgres(from, folder, database)
                                 : copy_sqlite(from + "/ostia.db",
                                               database.empty() ? folder + "/ostia.db" : database_file(data, database));
  });
}

}  // namespace ostia::authority
