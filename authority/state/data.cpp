#include "state/data.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/clock.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "store/copy.hpp"
#include "tenant/administrators.hpp"

namespace ostia::authority {

namespace fs = std::filesystem;

Status sync_to_disk(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return is_synced ? ok() : Status(invalid_option("cannot write " + path));
}

Status write_private_file(const std::string& path, const std::string& text) {
  std::error_code kind;
  if (const auto there = fs::status(path, kind); fs::exists(there) && !fs::is_regular_file(there)) {
    // A device or a pipe, such as /dev/null, is written to and not put out of the way.
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    return out ? ok() : Status(invalid_option("cannot write " + path));
  }
  const std::string temporary = path + ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out || !sync_to_disk(temporary)) return invalid_option("cannot write " + path);
  std::error_code ec;
  fs::rename(temporary, path, ec);
  if (ec) return invalid_option("cannot write " + path);
  const fs::path folder = fs::path(path).parent_path();
  return sync_to_disk(folder.empty() ? "." : folder.string());
}

Status make_data_folder(const std::string& data) {
  std::error_code ec;
  const bool is_new = fs::create_directories(data, ec);
  // Everything in it is its owner's alone, but for ca.pem, which programs of others are told to trust: they can get
  // there by its name.
  if (is_new) fs::permissions(data, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec, ec);
  if (ec) return invalid_option("--data: cannot make the folder " + data + ": " + ec.message());
  const std::string probe = data + "/.writable";
  if (!std::ofstream(probe)) return invalid_option("--data: cannot write to the folder " + data);
  fs::remove(probe, ec);
  return ok();
}

namespace {

Result<std::string> read_key(std::string_view written, const std::string& where) {
  auto key = text::base64url_decode(text::trimmed(written));
  if (!key || key->size() != 32)
    return invalid_option(where +
                          " is damaged: it must hold 32 bytes in base64url. Without it nothing that is sealed in the "
                          "database can be read");
  return *key;
}

Result<std::string> read_key_file(const std::string& file) {
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  return read_key(*text, file);
}

// Where the key is, unless it is in the environment. systemd decrypts a credential into a folder of its own.
std::string key_file(const std::string& data, const std::string& named) {
  if (!named.empty()) return named;
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const std::string file = credentials ? std::string(credentials) + "/ostia-master-key" : "";
  return !file.empty() && fs::exists(file) ? file : data + "/master.key";
}

}  // namespace

bool names_master_key() { return std::getenv("OSTIA_MASTER_KEY") || key_file("", {}) != "/master.key"; }

bool has_master_key(const std::string& data) {
  return std::getenv("OSTIA_MASTER_KEY") || fs::exists(key_file(data, {}));
}

Result<std::string> master_key(const std::string& data, const std::string& named) {
  const char* given = std::getenv("OSTIA_MASTER_KEY");
  if (named.empty() && given) return read_key(given, "the environment's OSTIA_MASTER_KEY");
  const std::string file = key_file(data, named);
  if (file == data + "/master.key" && !fs::exists(file))
    if (auto written = write_private_file(file, random_id()); !written) return std::move(written).error();
  return read_key_file(file);
}

Status check_database(const std::string& database) {
  if (database == "sqlite:" || database == "sqlite::memory:")
    return invalid_option("--database: an authority keeps its state in a file: sqlite:FILE");
  if (database.empty() || database.starts_with("sqlite:") || is_postgres(database)) return ok();
  return invalid_option("--database: \"" + database.substr(0, database.find(':')) +
                        "\" is not supported; use sqlite:FILE or postgres://HOST/NAME");
}

bool is_postgres(const std::string& database) {
  return database.starts_with("postgres://") || database.starts_with("postgresql://");
}

Result<std::unique_ptr<Store>> open_database(const std::string& data, const std::string& database,
                                             std::size_t connections) {
  auto store = is_postgres(database) ? open_postgres(database, connections, lineage_file(data))
                                     : open_sqlite(database_file(data, database));
  if (!store) return store;
  if (auto finished = check_restored(**store); !finished) return std::move(finished).error();
  if (auto moved = move_administrators(**store, Clock::real()); !moved) return std::move(moved).error();
  return store;
}

std::string lineage_file(const std::string& data) { return data + "/database-lineage.json"; }

std::string database_file(const std::string& data, const std::string& database) {
  return database.empty() ? data + "/ostia.db" : database.substr(std::string_view("sqlite:").size());
}

namespace {

// What a program that ran with this folder has left there; empty: nothing.
std::string earlier_life(const std::string& data) {
  for (const char* name : {"master.key", "tls.pem", "run"})
    if (fs::exists(data + "/" + name)) return name;
  return {};
}

std::string place_of(const std::string& data, const std::string& database) {
  return is_postgres(database) ? "the database of --database" : "the database " + database_file(data, database);
}

}  // namespace

Result<Presence> look_at_database(const std::string& data, const std::string& database) {
  if (is_postgres(database)) return look_at_postgres(database, lineage_file(data));
  const Presence found = look_at_sqlite(database_file(data, database));
  if (found == Presence::foreign)
    return invalid_option(place_of(data, database) + " is another program's: name another one");
  return found;
}

Status check_beginning(const std::string& data, const std::string& database, bool is_new) {
  if (has_master_key(data))  // one that is damaged is told of first
    if (const auto key = master_key(data, {}); !key) return key.error();
  const auto presence = look_at_database(data, database);
  if (!presence) return presence.error();
  const std::string place = place_of(data, database);
  if (*presence == Presence::there)
    return is_new ? Status(invalid_option("--new-database: " + place + " is there already, with an authority in it. " +
                                          "Leave the option out"))
                  : ok();
  const std::string left = earlier_life(data);
  if (is_new || left.empty()) return ok();
  return invalid_option(place + (*presence == Presence::missing ? " is not there" : " has nothing in it") +
                        ", but an authority has run with the folder " + data + " (there is " + data + "/" + left +
                        "). Is its disk not mounted, or is --data or --database another one? `ostia restore` makes an "
                        "authority of a backup. `ostia serve --new-database` begins a new, empty one");
}

Status check_key(const std::string& data, const std::string& named, Store& store) {
  if (!named.empty() || has_master_key(data)) return ok();
  const auto rows = store.query_now({"SELECT 1 FROM root_keys LIMIT 1", {}});
  if (!rows) return rows.error();
  return rows->empty() ? ok()
                       : Status(invalid_option("--data: there is no master.key in " + data +
                                               ", and the database was sealed with one: name another folder, or the "
                                               "key with --master-key FILE"));
}

std::vector<std::string> damage_of(const std::string& data, const std::string& database) {
  if (is_postgres(database) || look_at_sqlite(database_file(data, database)) != Presence::there) return {};
  auto store = open_sqlite(database_file(data, database));
  if (!store) return {};
  auto damage = (*store)->find_damage();
  return damage ? *std::move(damage) : std::vector<std::string>();
}

namespace {

Result<std::size_t> version_of(const std::string& data, const std::string& database) {
  return is_postgres(database) ? version_of_postgres(database, lineage_file(data))
                               : Result<std::size_t>(version_of_sqlite(database_file(data, database)));
}

Error too_old(std::size_t version) {
  return invalid_option(
      "the database is of version " + std::to_string(version) + ", and this program works with " +
      std::to_string(migrations().size()) +
      ": `ostia serve` upgrades it, and the older program may not be able to read it then. Until that "
      "is meant, use the program that wrote it");
}

// A copy of an older database, which may be upgraded to be looked at.
Result<std::shared_ptr<void>> copy_to_look_at(const std::string& file, std::string& database) {
  std::string folder = (fs::temp_directory_path() / "ostia-XXXXXX").string();
  if (!mkdtemp(folder.data())) return invalid_option("cannot make a folder for a copy of " + file + ": " + folder);
  std::shared_ptr<void> copy(nullptr, [folder](void*) {
    std::error_code ec;
    fs::remove_all(folder, ec);
  });
  if (auto copied = copy_sqlite(file, folder + "/ostia.db"); !copied) return std::move(copied).error();
  database = "sqlite:" + folder + "/ostia.db";
  return copy;
}

// Nothing that was sealed is there: whoever goes on would make a key for it, and lose the one that fits elsewhere.
Status check_sealed(Store& store) {
  const auto rows = store.query_now({"SELECT 1 FROM root_keys LIMIT 1", {}});
  if (!rows) return rows.error();
  return rows->empty() ? Status(invalid_option("nothing in that database was sealed with a master key: is --database "
                                               "another one?"))
                       : ok();
}

}  // namespace

Result<Opened> open_data(const std::string& data, const std::string& named, Purpose purpose,
                         const std::string& master_key_file) {
  std::string database = named;
  if (auto good = check_database(database); !good) return std::move(good).error();
  if (purpose != Purpose::create && !fs::exists(data)) return invalid_option("there is no folder " + data);
  if (purpose != Purpose::create && master_key_file.empty() && !has_master_key(data))
    return invalid_option("there is no master.key in " + data +
                          ": name another folder, or the key with --master-key FILE");
  umask(0077);
  if (sodium_init() < 0) return Error{"server_error", "libsodium cannot be used", "", 0, Fault::ours};
  if (purpose == Purpose::create) {
    if (auto made = make_data_folder(data); !made) return std::move(made).error();
    if (auto good = check_beginning(data, database, false); !good) return std::move(good).error();
  }
  const auto presence = look_at_database(data, database);
  if (!presence) return presence.error();
  const bool is_there = *presence == Presence::there;
  if (purpose != Purpose::create && !is_there)
    return invalid_option(place_of(data, database) +
                          (*presence == Presence::missing ? " is not there" : " has nothing in it") +
                          ": is its disk not mounted, or is --data or --database another one?");
  const auto version = is_there ? version_of(data, database) : Result<std::size_t>(std::size_t{0});
  if (!version) return version.error();
  const bool is_old = *version > 0 && *version < migrations().size();
  if (is_old && (purpose != Purpose::look || is_postgres(database))) return too_old(*version);
  std::shared_ptr<void> copy;
  if (is_old) {
    auto made = copy_to_look_at(database_file(data, database), database);
    if (!made) return std::move(made).error();
    copy = *std::move(made);
  }
  // The key comes after the database: a folder with a key has had one.
  auto store = open_database(data, database, few_connections);
  if (!store) return std::move(store).error();
  if (purpose != Purpose::create && !is_old)
    if (auto sealed = check_sealed(**store); !sealed) return std::move(sealed).error();
  if (auto good = check_key(data, master_key_file, **store); !good) return std::move(good).error();
  const auto master = master_key(data, master_key_file);
  if (!master) return master.error();
  auto keys = root_keys(**store, *master);
  if (!keys) return std::move(keys).error();
  return Opened{std::move(copy), *std::move(store), *keys, keys->secrets()};
}

}  // namespace ostia::authority
