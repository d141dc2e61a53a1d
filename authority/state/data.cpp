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
#include "tenant/administrators.hpp"

namespace ostia::authority {

namespace fs = std::filesystem;

Error invalid_option(std::string what) { return caller_error("invalid_option", std::move(what), "invalid_option"); }

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in) return invalid_option("cannot read " + path);
  return text.str();
}

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
  fs::create_directories(data, ec);
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
  if (database.empty() || database.starts_with("sqlite:") || is_postgres(database)) return ok();
  return invalid_option("--database: \"" + database.substr(0, database.find(':')) +
                        "\" is not supported; use sqlite:FILE or postgres://HOST/NAME");
}

bool is_postgres(const std::string& database) {
  return database.starts_with("postgres://") || database.starts_with("postgresql://");
}

Result<std::unique_ptr<Store>> open_database(const std::string& data, const std::string& database,
                                             std::size_t connections) {
  auto store = is_postgres(database) ? open_postgres(database, connections, data + "/database-lineage.json")
                                     : open_sqlite(database_file(data, database));
  if (!store) return store;
  if (auto moved = move_administrators(**store, Clock::real()); !moved) return std::move(moved).error();
  return store;
}

std::string database_file(const std::string& data, const std::string& database) {
  return database.empty() ? data + "/ostia.db" : database.substr(std::string_view("sqlite:").size());
}

Result<Opened> open_data(const std::string& data, const std::string& database, bool creates,
                         const std::string& master_key_file) {
  if (auto good = check_database(database); !good) return std::move(good).error();
  if (!creates && master_key_file.empty() && !has_master_key(data))
    return invalid_option("--data: there is no master.key in " + data +
                          ": name another folder, or the key with --master-key FILE");
  umask(0077);
  if (sodium_init() < 0) return Error{"server_error", "libsodium cannot be used", "", 0, Fault::ours};
  if (auto made = make_data_folder(data); !made) return std::move(made).error();
  const auto master = master_key(data, master_key_file);
  if (!master) return master.error();
  auto store = open_database(data, database, few_connections);
  if (!store) return std::move(store).error();
  auto keys = root_keys(**store, *master);
  if (!keys) return std::move(keys).error();
  return Opened{*std::move(store), *keys, keys->secrets()};
}

}  // namespace ostia::authority
