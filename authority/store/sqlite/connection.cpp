#include "store/sqlite/connection.hpp"

#include <cerrno>
#include <csignal>

namespace ostia::authority::sqlite {
namespace {

Error full() {
  return {"temporarily_unavailable",
          "The authority's disk is full, so nothing can be written. Nothing has been changed.", "store_full", 503,
          Fault::ours};
}
Error read_only() {
  return {"temporarily_unavailable", "The authority's disk takes no writes: it is read-only. Nothing has been changed.",
          "store_read_only", 503, Fault::ours};
}
Error busy() {
  return {"temporarily_unavailable", "Another program has locked the database. Try again in a few seconds.",
          "store_busy", 503, Fault::ours};
}
Error unusable(sqlite3* db) {
  return {"temporarily_unavailable",
          std::string("The database's file cannot be used at this moment: ") + sqlite3_errmsg(db) + ".",
          "store_unavailable", 503, Fault::ours};
}

// What the operating system said last of a file, where SQLite knows only that something did not work.
int errno_of(sqlite3_file* file) {
  int out = 0;
  if (file && file->pMethods) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &out);
  return out;
}

Error input_output_error(sqlite3* db) {
  sqlite3_file *log = nullptr, *database = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&database));
  for (const int said : {errno_of(log), errno_of(database), sqlite3_system_errno(db)}) switch (said) {
      case ENOSPC:
      case EDQUOT:
      case EFBIG: return full();
      case EROFS:
      case EACCES:
      case EPERM: return read_only();
      default: break;
    }
  return unusable(db);
}

Error store_error(sqlite3* db) {
  switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_FULL: return full();
    case SQLITE_READONLY: return read_only();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return busy();
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return input_output_error(db);
    case SQLITE_CONSTRAINT:
      return {"server_error", std::string("the database: ") + sqlite3_errmsg(db), "store_conflict", 0, Fault::ours};
    default:
      return {"server_error", std::string("the database: ") + sqlite3_errmsg(db), "store_failed", 0, Fault::ours};
  }
}

// Its count of allocated bytes has one lock for all threads, and nobody here asks for the count. A file that reaches
// the limit of the process is an error like a full disk, and not its end.
void take_up_sqlite() {
  static const int done = [] {
    std::signal(SIGXFSZ, SIG_IGN);
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  }();
  (void)done;
}

void bind(sqlite3_stmt* statement, const std::vector<Cell>& values) {
  for (int i = 0; i < static_cast<int>(values.size()); ++i) {
    const Cell& value = values[static_cast<std::size_t>(i)];
    if (const auto* number = std::get_if<std::int64_t>(&value))
      sqlite3_bind_int64(statement, i + 1, *number);
    else if (const auto* text = std::get_if<std::string>(&value))
      sqlite3_bind_text(statement, i + 1, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    else
      sqlite3_bind_null(statement, i + 1);
  }
}

Row read(sqlite3_stmt* statement) {
  Row row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER: row.emplace_back(static_cast<std::int64_t>(sqlite3_column_int64(statement, i))); break;
      case SQLITE_NULL: row.emplace_back(); break;
      default:
        row.emplace_back(std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)),
                                     static_cast<std::size_t>(sqlite3_column_bytes(statement, i))));
    }
  }
  return row;
}

}  // namespace

Connection::~Connection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status Connection::open(const std::string& file, Opening opening, std::chrono::milliseconds patience) {
  take_up_sqlite();
  const int creates = opening == Opening::creating ? SQLITE_OPEN_CREATE : 0;
  if (sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE | creates | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
    return store_error(db_);
  set_patience(patience);
  // A new file can give pages back. Of one that is there, saying so would be a write.
  const auto pages = opening == Opening::creating ? run({"PRAGMA page_count", {}}) : Result<Rows>(Rows{});
  if (!pages) return pages.error();
  if (!pages->empty() && int_at(pages->first(), 0) == 0)
    if (auto done = run_text("PRAGMA auto_vacuum = INCREMENTAL"); !done) return done;
  const std::string log_limit = "PRAGMA journal_size_limit = " + std::to_string(most_log_kept);
  for (const char* pragma : {"PRAGMA journal_mode = WAL", log_limit.c_str(), "PRAGMA synchronous = FULL",
                             "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -1024"})
    if (auto done = run_text(pragma); !done) return done;
  return ok();
}

Status Connection::run_text(const std::string& sql) {
  return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? ok() : Status(store_error(db_));
}

Status Connection::copy_to(Connection& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.db_, "main", db_, "main");
  if (!backup) return store_error(target.db_);
  const int step = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  return step == SQLITE_DONE ? ok() : Status(store_error(target.db_));
}

Status Connection::read_table(const std::string& table, const Store::ReadRow& visit) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, ("SELECT * FROM \"" + table + "\"").c_str(), -1, &statement, nullptr) != SQLITE_OK)
    return store_error(db_);
  std::vector<std::string> columns;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) columns.emplace_back(sqlite3_column_name(statement, i));
  Status status = ok();
  int step = SQLITE_ROW;
  while (status && (step = sqlite3_step(statement)) == SQLITE_ROW) status = visit(table, columns, read(statement));
  if (status && step != SQLITE_DONE) status = store_error(db_);
  sqlite3_finalize(statement);
  return status;
}

Result<Rows> Connection::run(const Statement& statement) {
  sqlite3_stmt* prepared = prepare(statement.sql);
  if (!prepared) return store_error(db_);
  bind(prepared, statement.values);
  Rows rows;
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) rows.push_back(read(prepared));
  const bool fine = step == SQLITE_DONE;
  Error error = fine ? Error{} : store_error(db_);
  sqlite3_reset(prepared);
  sqlite3_clear_bindings(prepared);
  if (!fine) return error;
  return rows;
}

sqlite3_stmt* Connection::prepare(std::string_view sql) {
  auto& slot = statements_[sql];
  if (slot) return slot;
  // To SQLite `$2` is a name, numbered by where it first stands; `?2` is the second value, as PostgreSQL's `$2` is.
  std::string text(sql);
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '$' && text[i + 1] >= '0' && text[i + 1] <= '9') text[i] = '?';
  sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &slot, nullptr);
  return slot;
}

bool may_be_over_when_opened_again(const Error& error) {
  return error.reason == "store_read_only" || error.reason == "store_unavailable" || error.reason == "store_failed";
}

}  // namespace ostia::authority::sqlite
