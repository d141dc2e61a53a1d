#include "data.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;

Error caller(std::string text) { return caller_error("invalid_option", std::move(text), "invalid_option"); }

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in) return caller("cannot read " + path);
  return text.str();
}

Status write_private_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code ec;
  if (out) fs::rename(temporary, path, ec);
  if (!out || ec) return caller("cannot write " + path);
  return ok();
}

Status make_data_folder(const std::string& data) {
  std::error_code ec;
  fs::create_directories(data, ec);
  if (ec) return caller("--data: cannot make the folder " + data + ": " + ec.message());
  const std::string probe = data + "/.writable";
  if (!std::ofstream(probe)) return caller("--data: cannot write to the folder " + data);
  fs::remove(probe, ec);
  return ok();
}

Result<std::string> master_key(const std::string& data) {
  const std::string file = data + "/master.key";
  if (!fs::exists(file))
    if (auto written = write_private_file(file, random_id()); !written) return std::move(written).error();
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  auto key = text::base64url_decode(*text);
  if (!key || key->size() != 32)
    return caller(file +
                  " is damaged: it must hold 32 bytes in base64url. Without it nothing that is sealed in the database "
                  "can be read");
  return *key;
}

Status check_database(const std::string& database) {
  if (database.empty() || database.starts_with("sqlite:")) return ok();
  return caller("--database: \"" + database.substr(0, database.find(':')) +
                "\" is not supported by this version; use sqlite:FILE");
}

Result<std::unique_ptr<Store>> open_database(const std::string& data, const std::string& database) {
  return open_sqlite(database.empty() ? data + "/ostia.db" : database.substr(7));
}

Sealer secrets_of(std::string_view master) { return {master, "secrets at rest"}; }

Result<Opened> open_data(const std::string& data, const std::string& database, bool creates) {
  if (auto good = check_database(database); !good) return std::move(good).error();
  if (!creates && !fs::exists(data + "/master.key"))
    return caller("--data: there is no authority in " + data + " (no master.key)");
  umask(0077);
  if (sodium_init() < 0) return Error{"server_error", "libsodium cannot be used", "", 0, Fault::ours};
  if (auto made = make_data_folder(data); !made) return std::move(made).error();
  const auto master = master_key(data);
  if (!master) return master.error();
  auto store = open_database(data, database);
  if (!store) return std::move(store).error();
  return Opened{*std::move(store), secrets_of(*master)};
}

namespace {

// The database is copied by itself; of these only the key must be there.
constexpr const char* beside[] = {"master.key", "ca.pem", "tls.pem", "tls-key.pem"};

// What is written counts once it is on the disk.
Status sync(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return is_synced ? ok() : Status(caller("cannot write " + path));
}

Status copy_all(const std::string& from, const std::string& database, const std::string& to) {
  if (!fs::exists(from + "/master.key")) return caller("there is no authority in " + from + " (no master.key)");
  if (!fs::exists(database)) return caller("there is no database " + database);
  const std::string half = to + ".new";
  std::error_code ec;
  fs::remove_all(half, ec);
  fs::create_directories(half, ec);
  if (ec) return caller("cannot make the folder " + half + ": " + ec.message());
  if (auto copied = copy_sqlite(database, half + "/ostia.db"); !copied) return copied;
  for (const char* name : beside)
    if (fs::exists(from + "/" + name)) fs::copy_file(from + "/" + name, half + "/" + name, ec);
  if (ec) return caller("cannot write to " + half + ": " + ec.message());
  for (const auto& entry : fs::directory_iterator(half))
    if (auto synced = sync(entry.path().string()); !synced) return synced;
  if (auto synced = sync(half); !synced) return synced;
  fs::rename(half, to, ec);
  if (ec) return caller("cannot make the folder " + to + ": " + ec.message());
  return sync(fs::absolute(to).parent_path().string());
}

}  // namespace

Status backup_data(const std::string& data, const std::string& database, const std::string& to) {
  if (auto good = check_database(database); !good) return good;
  if (fs::exists(to)) return caller("there is something at " + to + " already: a backup makes a new folder");
  umask(0077);
  return copy_all(data, database.empty() ? data + "/ostia.db" : database.substr(7), to);
}

Status restore_data(const std::string& from, const std::string& data) {
  std::error_code ec;
  if (fs::exists(data) && !fs::is_empty(data, ec))
    return caller("--data: " + data + " is not empty: move what is there away first");
  fs::remove(data, ec);
  umask(0077);
  return copy_all(from, from + "/ostia.db", data);
}

}  // namespace ostia::authority
