#include "data.hpp"

#include <sodium.h>
#include <sys/stat.h>

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

}  // namespace ostia::authority
