#include "store/inspect.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "store/postgres/servers.hpp"

namespace ostia::authority {

namespace fs = std::filesystem;

Presence look_at_sqlite(const std::string& file) {
  std::error_code ec;
  if (!fs::exists(file, ec)) return Presence::missing;
  if (fs::is_regular_file(file, ec) && fs::file_size(file, ec) == 0) return Presence::empty;
  sqlite3* db = nullptr;
  Presence found = Presence::there;
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 1000);
    sqlite3_stmt* statement = nullptr;
    constexpr const char* sql = "SELECT count(*), count(*) FILTER (WHERE name = 'tenant_objects') FROM sqlite_master";
    if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
      found = sqlite3_column_int64(statement, 1) > 0   ? Presence::there
              : sqlite3_column_int64(statement, 0) > 0 ? Presence::foreign
                                                       : Presence::empty;
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  return found;
}

std::size_t version_of_sqlite(const std::string& file) {
  sqlite3* db = nullptr;
  std::size_t version = 0;
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 1000);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
      version = static_cast<std::size_t>(std::max<sqlite3_int64>(0, sqlite3_column_int64(statement, 0)));
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  return version;
}

namespace {

Result<Rows> ask_postgres(const std::string& url, const std::string& lineage_file, const char* sql) {
  const auto servers = postgres::servers_of(url);
  if (!servers) return servers.error();
  auto known = postgres::Lineages::read(lineage_file);
  if (!known) return std::move(known).error();
  postgres::Lineages lineages(*known ? lineage_file : "", *known);  // whoever opens the database keeps what is new
  auto open = postgres::open_session(*servers, 0, postgres::Role::reader, lineages);
  if (!open) {
    Error error = std::move(open).error();
    error.fault = Fault::caller;  // the server is what the options name
    return error;
  }
  return postgres::run(open->handle.get(), sql);
}

}  // namespace

Result<Presence> look_at_postgres(const std::string& url, const std::string& lineage_file) {
  const auto found = ask_postgres(url, lineage_file, "SELECT to_regclass('tenant_objects') IS NOT NULL");
  if (!found) return found.error();
  const Row& row = found->first();
  const bool is_there = !row.empty() && (text_at(row, 0) == "t" || int_at(row, 0) == 1);
  return is_there ? Presence::there : Presence::empty;
}

Result<std::size_t> version_of_postgres(const std::string& url, const std::string& lineage_file) {
  const auto found = ask_postgres(url, lineage_file, "SELECT version FROM ostia_schema WHERE id = 1");
  if (!found) return found.error();
  return static_cast<std::size_t>(int_at(found->first(), 0));
}

}  // namespace ostia::authority
