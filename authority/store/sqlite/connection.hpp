// One SQLite connection with its prepared statements; used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/store.hpp"

namespace ostia::authority::sqlite {

constexpr std::int64_t most_log_kept = 4 << 20;  ///< bytes that the log of writes keeps once it has been copied back

enum class Opening : std::uint8_t { existing, creating };

class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// `patience`: how long a lock of another program is waited for.
  Status open(const std::string& file, Opening opening, std::chrono::milliseconds patience);

  /// Errors have a reason: `store_conflict`, what cannot be done at this moment (`store_full`, `store_read_only`,
  /// `store_busy`, `store_unavailable`, with 503), or `store_failed`.
  Result<Rows> run(const Statement& statement);
  /// The same for a text that does not stay.
  Status run_text(const std::string& sql);

  /// Copies one whole database over another (SQLite's online backup).
  Status copy_to(Connection& target);
  Status read_table(const std::string& table, const Store::ReadRow& visit);

  /// Whether a transaction is open: SQLite ends one by itself when it cannot go on.
  [[nodiscard]] bool is_in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  [[nodiscard]] bool is_read_only() const { return sqlite3_db_readonly(db_, "main") == 1; }
  void set_patience(std::chrono::milliseconds patience) {
    sqlite3_busy_timeout(db_, static_cast<int>(patience.count()));
  }

 private:
  sqlite3_stmt* prepare(std::string_view sql);

  sqlite3* db_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

/// Whether what `error` says may be over once the file has been opened again.
bool may_be_over_when_opened_again(const Error& error);

}  // namespace ostia::authority::sqlite
