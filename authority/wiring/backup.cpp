#include "wiring/backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/new_place.hpp"
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
    if (look_at_sqlite(file) == Presence::there) return copy_sqlite(file, to);
    return invalid_option("there is no database " + file + ", or nothing in it");
  }
  const auto presence = look_at_postgres(database, lineage_file(data));
  if (!presence) return presence.error();
  if (*presence != Presence::there) return invalid_option("--database: there is no authority in that database");
  auto from = open_database(data, database, few_connections);
  if (!from) return std::move(from).error();
  {
    auto made = open_sqlite(to);
    if (!made) return std::move(made).error();
    if (auto copied = copy_store(**from, **made); !copied) return copied;
  }
  return compact_sqlite(to);
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

// A SQLite database that is a file, and not what SQLite takes for one in memory, or for a temporary one.
Status check_file(const std::string& data, const std::string& database) {
  if (auto good = check_database(database); !good || is_postgres(database)) return good;
  const std::string file = database_file(data, database);
  if (!file.empty() && file != ":memory:" && !file.ends_with('/') && real_path(file) != real_path(data)) return ok();
  return invalid_option("--database: \"" + database + "\" names no file: use sqlite:FILE, such as sqlite:" +
                        (data.ends_with('/') ? data : data + "/") + "ostia.db");
}

// A folder appears whole, or not at all.
using Fill = std::function<Status(const std::string& folder)>;
Status make_folder(NewPlace& place, const Fill& fill) {
  std::error_code ec;
  fs::create_directory(place.path(), ec);
  if (ec) return invalid_option("cannot make the folder " + place.path() + ": " + ec.message());
  return fill(place.path());
}

// The file of a SQLite database as it lies in the folder; one that leads out of it (`..`) does not. A link to either is
// followed, so it is known by what it leads to.
fs::path file_in(const std::string& data, const std::string& database) {
  return fs::path(real_path(database_file(data, database))).lexically_relative(real_path(data));
}

// Where a SQLite database is to be, if that is not in the folder; empty: it is.
std::string file_outside(const std::string& data, const std::string& database) {
  if (is_postgres(database) || *file_in(data, database).begin() != "..") return {};
  return real_path(database_file(data, database));
}

Status put_into_postgres(const std::string& from, const std::string& folder, const std::string& database) {
  auto backup = open_sqlite(from + "/ostia.db");
  if (!backup) return std::move(backup).error();
  auto store = open_postgres(database, few_connections, lineage_file(folder));
  if (!store) return std::move(store).error();
  return copy_store(**backup, **store);
}

Status put_keys(const std::string& from, const std::string& folder, const std::string& master_key_file) {
  if (auto copied = copy_files(from, folder, true); !copied) return copied;
  if (master_key_file.empty()) return ok();
  const auto key = read_file(master_key_file);
  return key ? write_private_file(folder + "/master.key", *key) : Status(key.error());
}

Status put_into_sqlite(const std::string& from, const std::string& to) {
  if (auto copied = copy_sqlite(from + "/ostia.db", to); !copied) return copied;
  return compact_sqlite(to);
}

// The database stands elsewhere: both are written, and then both appear, one right after the other.
Status restore_beside(const std::string& from, NewPlace& folder, const std::string& data, const std::string& file) {
  auto database = NewPlace::beside(file);
  if (!database) return std::move(database).error();
  if (auto copied = put_into_sqlite(from, database->path()); !copied) return copied;
  if (auto synced = folder.sync(); !synced) return synced;
  if (auto free = check_new_database(file); !free) return free;
  if (auto there = database->appear_before(data); !there) return there;
  if (auto there = folder.appear(); !there) return there;
  database->keep();
  return ok();
}

}  // namespace

Status backup_data(const std::string& data, const std::string& database, const std::string& to, bool with_keys,
                   const std::string& master_key_file) {
  if (auto good = check_file(data, database); !good) return good;
  if (master_key_file.empty() && !has_master_key(data))
    return invalid_option("there is no master.key in " + data +
                          ": name another folder, or the key with --master-key FILE");
  if (auto free = check_new_folder(to); !free) return free;
  umask(0077);
  auto place = NewPlace::beside(to);
  if (!place) return std::move(place).error();
  auto made = make_folder(*place, [&](const std::string& folder) {
    auto copied = copy_database(data, database, folder + "/ostia.db");
    return copied ? copy_files(data, folder, with_keys) : std::move(copied);
  });
  return made ? place->appear() : std::move(made);
}

Status check_restore(const std::string& data, const std::string& database) {
  if (auto good = check_file(data, database); !good) return good;
  if (auto free = check_new_folder(data); !free) {
    free.error().description.insert(0, "--data: ");
    return free;
  }
  const std::string file = file_outside(data, database);
  auto free = file.empty() ? ok() : check_new_database(file);
  if (!free) free.error().description.insert(0, "--database: ");
  return free;
}

Status restore_data(const std::string& from, const std::string& data, const std::string& database,
                    const std::string& master_key_file) {
  if (auto free = check_restore(data, database); !free) return free;
  if (!fs::exists(from + "/ostia.db")) return invalid_option("there is no backup in " + from + " (no ostia.db)");
  umask(0077);
  auto place = NewPlace::beside(data);
  if (!place) return std::move(place).error();
  const std::string outside = file_outside(data, database);
  auto made = make_folder(*place, [&](const std::string& folder) -> Status {
    if (auto put = put_keys(from, folder, master_key_file); !put) return put;
    if (is_postgres(database)) return put_into_postgres(from, folder, database);
    if (!outside.empty()) return restore_beside(from, *place, data, outside);
    const fs::path file = folder / file_in(data, database);
    std::error_code ec;
    fs::create_directories(file.parent_path(), ec);
    return put_into_sqlite(from, file.string());
  });
  if (!made || !outside.empty()) return made;
  return place->appear();
}

}  // namespace ostia::authority
