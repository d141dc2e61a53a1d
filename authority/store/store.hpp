// Where the authority's state lives. One set of SQL texts serves every engine; an engine runs them and nothing more.
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/async.hpp"

namespace ostia::authority {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Row = std::vector<Cell>;

/// The answer of a query. Whether there is a row is asked by `empty`; who does not ask reads empty cells (`first`),
/// never what is not there.
class Rows {
 public:
  void push_back(Row row) { all_.push_back(std::move(row)); }
  [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
  [[nodiscard]] auto end() const noexcept { return all_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  /// The first row, the last; one without cells if there is none.
  [[nodiscard]] const Row& first() const noexcept { return all_.empty() ? none() : all_.front(); }
  [[nodiscard]] const Row& last() const noexcept { return all_.empty() ? none() : all_.back(); }

 private:
  static const Row& none() noexcept {
    static const Row row;
    return row;
  }
  std::vector<Row> all_;
};

/// SQL with `$1`, `$2`, … as both SQLite and PostgreSQL take it. The text must outlive the program's statements: a
/// literal.
struct Statement {
  std::string_view sql;
  std::vector<Cell> values;
  bool must_match = false;  ///< one that gives no row back breaks its commit (`store_unmatched`)
};

/// The text of a cell; empty if it has none, or there is no such cell.
inline const std::string& text_at(const Row& row, std::size_t i) {
  static const std::string none;
  const auto* text = i < row.size() ? std::get_if<std::string>(&row[i]) : nullptr;
  return text ? *text : none;
}
inline std::int64_t int_at(const Row& row, std::size_t i) {
  const auto* number = i < row.size() ? std::get_if<std::int64_t>(&row[i]) : nullptr;
  return number ? *number : 0;
}

/// Statements for one commit. (An initializer list in a coroutine is what g++ 12 gets wrong, too.)
template <class... S>
std::vector<Statement> together(S&&... statements) {
  std::vector<Statement> out;
  out.reserve(sizeof...(S));
  (out.push_back(std::forward<S>(statements)), ...);
  return out;
}

inline void append(std::vector<Statement>& to, std::vector<Statement> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

class Store {
 public:
  virtual ~Store() = default;

  /// A read, from what is committed.
  virtual Async<Rows> query(Statement statement) = 0;
  /// The same for threads of their own, where blocking is fine.
  virtual Result<Rows> query_now(Statement statement) { return commit_now(together(std::move(statement))); }

  /// All of the statements or none of them, durable when this returns. The rows are the last statement's.
  virtual Async<Rows> commit(std::vector<Statement> statements) = 0;
  /// The same for one statement.
  Async<Rows> write(Statement statement) { return commit(together(std::move(statement))); }

  /// Both at once, and after what was posted before: for the program's start and for threads of their own, where
  /// blocking is fine.
  virtual Result<Rows> commit_now(std::vector<Statement> statements) = 0;

  /// A write that nobody waits for: an entry of a log. It is made within a moment, together with others; when the
  /// server is away, for a minute later. If it fails or too much waits already, the program's log says so. It may be
  /// made a second time where the first answer was lost: that must change nothing, or be refused by a key.
  virtual void post(std::vector<Statement> statements) = 0;

  /// How many posts were not made, and will not be. The log has said so.
  [[nodiscard]] virtual std::uint64_t posts_given_up() const { return 0; }

  /// Returns when everything that was posted before is there to be read.
  virtual Async<Rows> settle() = 0;

  /// `callback` is called, from any thread, soon after another program has changed the tenant or its keys: a hint,
  /// which may be missed or come for nothing. SQLite gives none.
  virtual void on_change(std::function<void()> callback) = 0;

  /// What the engine itself finds damaged, a sentence each. Blocks.
  virtual Result<std::vector<std::string>> find_damage() = 0;

  /// Gives every row to `visit`, as all of it is at one moment, until that fails. Blocks.
  using ReadRow =
      std::function<Status(const std::string& table, const std::vector<std::string>& columns, const Row& row)>;
  virtual Status read_all(const ReadRow& visit) = 0;
  /// The same for what may be damaged: a table that cannot be read to its end is told to `unreadable`, in a sentence,
  /// and the next one follows.
  virtual Status read_what_can_be(const ReadRow& visit, const std::function<void(std::string)>& /*unreadable*/) {
    return read_all(visit);
  }

  /// Keeps a copy of everything, and puts it back: for tests of applications (`/_dev/`).
  virtual Status take_snapshot() = 0;
  virtual Status restore_snapshot() = 0;
};

/// Opens `file`, making or migrating it. Errors: it cannot be read or written, or a newer program has written it. What
/// cannot be written at this moment is `store_full`, `store_read_only`, `store_busy` or `store_unavailable`, with 503.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& file);

/// Opens the database of `url` (`postgres://…`, as libpq reads it: several hosts, TLS) with so many connections, and
/// migrates it. Connections that are lost are made again; what cannot be done within ten seconds has failed.
/// `lineage_file` is where it notes which system's history it has followed how far, so that it never goes back to a
/// primary that another one has taken the place of. Errors: the server cannot be reached or refuses, is such a primary
/// or another system, or gives sessions to several at a time (a pooler); or a newer program has written the database.
Result<std::unique_ptr<Store>> open_postgres(const std::string& url, std::size_t connections,
                                             const std::string& lineage_file);

/// Copies the database in `from` to the new file `to`, as it is at one moment, while others work on it. Errors: `to` is
/// there, or a program has `from` open of which a part has been deleted under it, so that the copy would lack it.
Status copy_sqlite(const std::string& from, const std::string& to);

/// Writes a SQLite database that nobody has open anew, without what is free in it, so that it can give pages back
/// later.
Status compact_sqlite(const std::string& file);

/// The steps that make a database what this program expects; step N brings it to version N + 1.
const std::vector<std::vector<std::string_view>>& migrations();

/// The oldest program (by the number of its migrations) that can work beside this one on one database: nodes are
/// upgraded one by one, so a step adds, and what nothing uses any more goes a version later.
constexpr std::size_t oldest_program = 7;

/// The error of a database that a newer program has written, and that this one cannot work with.
Error too_new(std::size_t version);

}  // namespace ostia::authority
