// SQLite with one writer. Writes of many requests share a transaction and so a disk sync (group commit); one that fails
// takes nobody with it. Reads run on the asking thread, on a connection of that
// thread.
#include <sqlite3.h>

#include <boost/asio.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/log.hpp"
#include "store/await.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;

Error store_error(sqlite3* db, const char* reason = "store_failed") {
  return {"server_error", std::string("the database: ") + sqlite3_errmsg(db), reason, 0, Fault::ours};
}

// Its count of allocated bytes has one lock for all threads, and nobody here asks for the count.
void take_up_sqlite() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

// One SQLite connection with its prepared statements; used by one thread at a time.
class Connection {
 public:
  ~Connection() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  Status open(const std::string& file) {
    take_up_sqlite();
    if (sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK)
      return store_error(db_, "store_cannot_open");
    sqlite3_busy_timeout(db_, 5000);
    for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
                               "PRAGMA cache_size = -1024"})
      if (auto done = run({pragma, {}}); !done) return std::move(done).error();
    return ok();
  }

  // Copies one whole database over another (SQLite's online backup).
  Status copy_to(Connection& target) {
    sqlite3_backup* backup = sqlite3_backup_init(target.db_, "main", db_, "main");
    if (!backup) return store_error(target.db_);
    const int step = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return step == SQLITE_DONE ? ok() : Status(store_error(target.db_));
  }

  Status read_table(const std::string& table, const Store::ReadRow& visit) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, ("SELECT * FROM " + table).c_str(), -1, &statement, nullptr);
    std::vector<std::string> columns;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) columns.emplace_back(sqlite3_column_name(statement, i));
    Status status = ok();
    int step = SQLITE_ROW;
    while (status && (step = sqlite3_step(statement)) == SQLITE_ROW) status = visit(table, columns, read(statement));
    if (status && step != SQLITE_DONE) status = store_error(db_);
    sqlite3_finalize(statement);
    return status;
  }

  Result<Rows> run(const Statement& statement) {
    sqlite3_stmt* prepared = prepare(statement.sql);
    if (!prepared) return store_error(db_);
    bind(prepared, statement.values);
    Rows rows;
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW) rows.push_back(read(prepared));
    const bool fine = step == SQLITE_DONE;
    Error error =
        fine ? Error{} : store_error(db_, (step & 0xFF) == SQLITE_CONSTRAINT ? "store_conflict" : "store_failed");
    sqlite3_reset(prepared);
    sqlite3_clear_bindings(prepared);
    if (!fine) return error;
    return rows;
  }

 private:
  sqlite3_stmt* prepare(std::string_view sql) {
    auto& slot = statements_[sql];
    if (slot) return slot;
    // To SQLite `$2` is a name, numbered by where it first stands; `?2` is the second value, as PostgreSQL's `$2` is.
    std::string text(sql);
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
      if (text[i] == '$' && text[i + 1] >= '0' && text[i + 1] <= '9') text[i] = '?';
    sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &slot, nullptr);
    return slot;
  }

  static void bind(sqlite3_stmt* statement, const std::vector<Cell>& values) {
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

  static Row read(sqlite3_stmt* statement) {
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

  sqlite3* db_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

class SqliteStore final : public Store {
 public:
  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (writer_thread_.joinable()) writer_thread_.join();
  }

  Status open(const std::string& file) {
    file_ = file;
    if (auto opened = writer_.open(file); !opened) return opened;
    if (auto migrated = migrate(); !migrated) return migrated;
    writer_thread_ = std::thread([this] { write_loop(); });
    return ok();
  }

  asio::awaitable<Result<Rows>> query(Statement statement) override { co_return reader().run(statement); }

  asio::awaitable<Result<Rows>> commit(std::vector<Statement> statements) override {
    CO_RETURN(await_rows([this, &statements](RowsReady done) { enqueue({std::move(statements), std::move(done)}); }));
  }

  Result<Rows> commit_now(std::vector<Statement> statements) override {
    std::promise<Result<Rows>> done;
    enqueue({std::move(statements), [&](Result<Rows> result) { done.set_value(std::move(result)); }});
    return done.get_future().get();
  }

  void post(std::vector<Statement> statements) override {
    if (is_behind()) return;
    Job job{std::move(statements), [](Result<Rows> result) {
              if (!result) log_event("error", "write_failed", {{"what", result.error().description}});
            }};
    job.is_awaited = false;
    enqueue(std::move(job));
  }

  asio::awaitable<Result<Rows>> settle() override { return commit({}); }

  void on_change(std::function<void()>) override {}

  Result<std::vector<std::string>> find_damage() override {
    const auto rows = commit_now({{"PRAGMA integrity_check", {}}});
    if (!rows) return rows.error();
    std::vector<std::string> out;
    for (const auto& row : *rows)
      if (text_at(row, 0) != "ok") out.push_back("the file: " + text_at(row, 0));
    return out;
  }

  Status read_all(const ReadRow& visit) override {
    Connection connection;
    if (auto opened = connection.open(file_); !opened) return opened;
    if (auto begun = connection.run({"BEGIN", {}}); !begun) return std::move(begun).error();
    const auto tables = connection.run(
        {"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", {}});
    if (!tables) return tables.error();
    for (const auto& table : *tables)
      if (auto read = connection.read_table(text_at(table, 0), visit); !read) return read;
    return ok();
  }

  Status take_snapshot() override {
    return on_writer([this]() -> Status {
      auto copy = std::make_unique<Connection>();
      if (auto opened = copy->open(":memory:"); !opened) return opened;
      if (auto copied = writer_.copy_to(*copy); !copied) return copied;
      snapshot_ = std::move(copy);
      return ok();
    });
  }

  Status restore_snapshot() override {
    return on_writer([this]() -> Status {
      if (!snapshot_) return caller_error("invalid_request", "there is no snapshot");
      return snapshot_->copy_to(writer_);
    });
  }

 private:
  struct Job {
    std::vector<Statement> statements;
    RowsReady done;
    std::function<void()> alone = nullptr;  // instead of statements: what needs the writer outside of a transaction
    bool is_awaited = true;
  };

  // Runs `work` on the writer's thread, between transactions.
  Status on_writer(const std::function<Status()>& work) {
    std::promise<Status> done;
    enqueue({{}, nullptr, [&] { done.set_value(work()); }});
    return done.get_future().get();
  }

  void enqueue(Job job) {
    bool is_to_wake = false;
    {
      const std::lock_guard lock(mutex_);
      is_to_wake = job.is_awaited || jobs_.empty() || jobs_.size() == much;
      awaited_ += job.is_awaited ? 1 : 0;
      jobs_.push_back(std::move(job));
    }
    if (is_to_wake) wake_.notify_one();
  }

  Connection& reader() {
    thread_local std::unordered_map<const SqliteStore*, std::unique_ptr<Connection>> mine;
    auto& connection = mine[this];
    if (!connection) {
      connection = std::make_unique<Connection>();
      if (auto opened = connection->open(file_); !opened) throw std::runtime_error(opened.error().description);
    }
    return *connection;
  }

  void write_loop() {
    for (;;) {
      std::deque<Job> batch;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
        // What nobody waits for waits for company: a disk sync costs more than all that goes with it.
        wake_.wait_for(lock, std::chrono::milliseconds(50),
                       [this] { return closing_ || awaited_ > 0 || jobs_.size() >= much; });
        if (jobs_.empty()) return;
        take_batch(batch);
      }
      if (batch.front().alone)
        batch.front().alone();
      else
        run_batch(batch);
    }
  }

  // Whether more waits than a disk can keep up with: then what nobody waits for is dropped, and the log says so.
  bool is_behind() {
    constexpr std::size_t most = 20'000;
    {
      const std::lock_guard lock(mutex_);
      const bool was = std::exchange(behind_, jobs_.size() >= most);
      if (!behind_ || was) return behind_;
    }
    log_event("error", "writes_dropped", {{"waiting", static_cast<std::int64_t>(most)}});
    return true;
  }

  // All that waits, up to what must run alone.
  void take_batch(std::deque<Job>& batch) {
    do {
      batch.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
      awaited_ -= batch.back().is_awaited ? 1 : 0;
    } while (!batch.back().alone && !jobs_.empty() && !jobs_.front().alone);
  }

  void run_batch(std::deque<Job>& batch) {
    auto results = run_jobs(batch, false);
    if (!results) results = run_jobs(batch, true);
    if (auto committed = writer_.run({"COMMIT", {}}); !committed) {  // nobody is told of a success that is not on disk
      (void)writer_.run({"ROLLBACK", {}}).has_value();
      log_event("error", "commit_failed", {{"what", committed.error().description}});
      results->assign(batch.size(), committed);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move((*results)[i]));
  }

  // A transaction but for its end. A statement that fails has changed nothing, so a job needs a savepoint only if it
  // fails after its first one. That is rare, and a savepoint costs as much as a statement: without them, nothing is the
  // answer if one would have been needed.
  std::optional<std::vector<Result<Rows>>> run_jobs(const std::deque<Job>& batch, bool with_savepoints) {
    std::vector<Result<Rows>> results;
    if (auto begun = writer_.run({"BEGIN IMMEDIATE", {}}); !begun) {
      results.assign(batch.size(), begun);
      return results;
    }
    for (const auto& job : batch) {
      auto result = run_job(job, with_savepoints && job.statements.size() > 1);
      if (!result) {
        (void)writer_.run({"ROLLBACK", {}}).has_value();
        return std::nullopt;
      }
      results.push_back(*std::move(result));
    }
    return results;
  }

  // Nothing, if what it did before it failed had to be undone and there is no savepoint.
  std::optional<Result<Rows>> run_job(const Job& job, bool with_savepoint) {
    if (with_savepoint)
      if (auto saved = writer_.run({"SAVEPOINT job", {}}); !saved) return saved;
    Result<Rows> last = Rows{};
    for (std::size_t i = 0; i < job.statements.size(); ++i) {
      last = run_checked(job.statements[i]);
      if (last) continue;
      if (with_savepoint)
        (void)writer_.run({"ROLLBACK TO job", {}}).has_value();
      else if (i > 0)
        return std::nullopt;
      break;
    }
    if (with_savepoint) (void)writer_.run({"RELEASE job", {}}).has_value();
    return last;
  }

  Result<Rows> run_checked(const Statement& statement) {
    auto rows = writer_.run(statement);
    if (rows && statement.must_match && rows->empty())
      return Error{"server_error", "what was to be changed is not there any more", "store_unmatched", 0, Fault::ours};
    return rows;
  }

  Status migrate() {
    const auto version = writer_.run({"PRAGMA user_version", {}});
    if (!version) return version.error();
    const auto from = static_cast<std::size_t>(int_at(version->first(), 0));
    const auto& steps = migrations();
    if (from > steps.size()) return too_new(from);
    for (std::size_t step = from; step < steps.size(); ++step)
      if (auto done = migrate_step(steps[step], step + 1); !done) return done;
    return ok();
  }

  Status migrate_step(const std::vector<std::string_view>& step, std::size_t version) {
    // Prepared statements are found by their text, which therefore stays.
    const std::string& stamp = stamps_.emplace_back("PRAGMA user_version = " + std::to_string(version));
    std::vector<std::string_view> all = {"BEGIN IMMEDIATE"};
    all.insert(all.end(), step.begin(), step.end());
    all.insert(all.end(), {stamp, "COMMIT"});
    for (const auto sql : all)
      if (auto done = writer_.run({sql, {}}); !done) return std::move(done).error();
    return ok();
  }

  std::string file_;
  std::deque<std::string> stamps_;
  Connection writer_;
  std::unique_ptr<Connection> snapshot_;
  std::mutex mutex_;
  std::condition_variable wake_;
  static constexpr std::size_t much = 1'000;  // jobs
  std::deque<Job> jobs_;
  std::size_t awaited_ = 0;  // of the jobs
  bool closing_ = false, behind_ = false;
  std::thread writer_thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& file) {
  auto store = std::make_unique<SqliteStore>();
  if (auto opened = store->open(file); !opened) {
    Error error = std::move(opened).error();
    error.description = "cannot open " + file + ": " + error.description;
    error.fault = Fault::caller;  // the file is what the options name
    return error;
  }
  return std::unique_ptr<Store>(std::move(store));
}

Status copy_sqlite(const std::string& from, const std::string& to) {
  Connection source, target;
  for (auto& [connection, file] : {std::pair{&source, &from}, {&target, &to}})
    if (auto opened = connection->open(*file); !opened) return opened;
  // One file, whole by itself: no log of writes beside it.
  if (auto copied = source.copy_to(target); !copied) return copied;
  if (auto alone = target.run({"PRAGMA journal_mode = DELETE", {}}); !alone) return std::move(alone).error();
  return ok();
}

}  // namespace ostia::authority
