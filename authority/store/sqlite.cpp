// SQLite with one writer. Writes of many requests share a transaction and so a disk sync (group commit); one that fails
// takes nobody with it. Reads run on the asking thread, on a connection of that thread. What the disk refuses is an
// answer for those who asked and no end: it is tried again with the next write, on new connections if need be.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/log.hpp"
#include "base/new_place.hpp"
#include "store/await.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/files.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using sqlite::Connection;
using sqlite::Opening;
using Time = std::chrono::steady_clock;

// How long somebody else's lock is waited for: by the writer, and on the loops, where many others would wait, too.
constexpr auto patience_of_writer = 1500ms, patience_of_reader = 250ms;
constexpr auto between_looks = 1s;

class SqliteStore final : public Store {
 public:
  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (writer_thread_.joinable()) writer_thread_.join();
    close_readers();
  }

  Status open(const std::string& name) {
    std::error_code ec;
    name_ = fs::absolute(name, ec).string();
    file_ = real_path(name);
    if (auto opened = writer_->open(file_, Opening::creating, 5s); !opened) return opened;
    if (auto migrated = migrate(); !migrated) return migrated;
    writer_->set_patience(patience_of_writer);
    files_ = sqlite::files_of(file_);
    writer_thread_ = std::thread([this] { write_loop(); });
    return ok();
  }

  asio::awaitable<Result<Rows>> query(Statement statement) override { co_return query_now(std::move(statement)); }

  Result<Rows> query_now(Statement statement) override {
    Reader& reader = own_reader();
    const std::lock_guard lock(reader.mutex);
    if (!reader.connection) {
      auto connection = std::make_unique<Connection>();
      if (auto opened = connection->open(file_, Opening::existing, patience_of_reader); !opened)
        return std::move(opened).error();
      reader.connection = std::move(connection);
    }
    auto rows = reader.connection->run(statement);
    if (!rows && sqlite::may_be_over_when_opened_again(rows.error())) reader.connection.reset();
    return rows;
  }

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
    Job job{std::move(statements), [this](Result<Rows> result) {
              if (result) return;
              // While nothing can be written that is told once, with their number when it is over.
              if (result.error().status == 503)
                ++dropped_;
              else
                log_event("error", "write_failed", {{"what", result.error().description}});
            }};
    job.is_awaited = false;
    enqueue(std::move(job));
  }

  asio::awaitable<Result<Rows>> settle() override { return commit({}); }

  void on_change(std::function<void()>) override {}

  Result<std::vector<std::string>> find_damage() override {
    // On a connection of its own: in a transaction with others its list would go with their commit.
    Connection connection;
    if (auto opened = connection.open(file_, Opening::existing, 5s); !opened) return std::move(opened).error();
    const auto rows = connection.run({"PRAGMA integrity_check(1000000)", {}});
    if (!rows) return std::vector<std::string>{"the file: " + rows.error().description};
    std::vector<std::string> out;
    for (const auto& row : *rows)
      if (text_at(row, 0) != "ok") out.push_back("the file: " + text_at(row, 0));
    return out;
  }

  Status read_all(const ReadRow& visit) override {
    Connection connection;
    if (auto begun = begin_reading(connection); !begun) return begun;
    const auto tables = connection.run({tables_of_all, {}});
    if (!tables) return tables.error();
    for (const auto& table : *tables)
      if (auto read = connection.read_table(text_at(table, 0), visit); !read) return read;
    return ok();
  }

  Status read_what_can_be(const ReadRow& visit, const std::function<void(std::string)>& unreadable) override {
    Connection connection;
    if (auto begun = begin_reading(connection); !begun) return begun;
    const auto tables = connection.run({tables_of_all, {}});
    if (!tables) return tables.error();
    for (const auto& row : *tables) {
      const std::string& table = text_at(row, 0);
      std::int64_t count = 0;
      const auto counted = [&](const std::string& name, const std::vector<std::string>& columns, const Row& one) {
        ++count;
        return visit(name, columns, one);
      };
      if (auto read = connection.read_table(table, counted); !read)
        unreadable("the table " + table + " cannot be read beyond its first " + std::to_string(count) +
                   " rows: " + read.error().description);
    }
    return ok();
  }

  Status take_snapshot() override {
    return on_writer([this]() -> Status {
      auto copy = std::make_unique<Connection>();
      if (auto opened = copy->open(":memory:", Opening::creating, 0ms); !opened) return opened;
      if (auto copied = writer_->copy_to(*copy); !copied) return copied;
      snapshot_ = std::move(copy);
      return ok();
    });
  }

  Status restore_snapshot() override {
    return on_writer([this]() -> Status {
      if (!snapshot_) return caller_error("invalid_request", "there is no snapshot");
      return snapshot_->copy_to(*writer_);
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

  static constexpr std::string_view tables_of_all =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";

  Status begin_reading(Connection& connection) {
    if (auto opened = connection.open(file_, Opening::existing, 5s); !opened) return opened;
    auto begun = connection.run({"BEGIN", {}});
    return begun ? ok() : Status(std::move(begun).error());
  }

  // A thread's connection. Only the writer takes one that is not its own, to close it.
  struct Reader {
    std::mutex mutex;
    std::unique_ptr<Connection> connection;
  };

  Reader& own_reader() {
    thread_local std::unordered_map<std::uint64_t, std::shared_ptr<Reader>> mine;
    auto& reader = mine[number_];
    if (!reader) {
      reader = std::make_shared<Reader>();
      const std::lock_guard lock(readers_mutex_);
      readers_.push_back(reader);
    }
    return *reader;
  }

  void write_loop() {
    for (;;) {
      std::deque<Job> batch;
      {
        std::unique_lock lock(mutex_);
        const bool is_woken = wake_.wait_for(lock, between_looks, [this] { return closing_ || !jobs_.empty(); });
        // What nobody waits for waits for company: a disk sync costs more than all that goes with it.
        if (is_woken) wake_.wait_for(lock, 50ms, [this] { return closing_ || awaited_ > 0 || jobs_.size() >= much; });
        if (jobs_.empty() && closing_) return;
        if (!jobs_.empty()) take_batch(batch);
      }
      if (batch.empty())
        (void)look_after().has_value();
      else if (batch.front().alone)
        batch.front().alone();
      else
        run_batch(batch);
      if (Time::now() - tidied_ >= between_looks) tidy();
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
    std::vector<Result<Rows>> results;
    const bool writes = std::any_of(batch.begin(), batch.end(), [](const Job& job) { return !job.statements.empty(); });
    const Status written = writes ? write_all(batch, results) : ok();
    if (writes) note_outcome(written);
    if (!writes) results.assign(batch.size(), Rows{});
    if (!written) {  // nobody is told of a success that is not on disk
      results.clear();
      for (const auto& job : batch)
        results.push_back(job.statements.empty() ? Result<Rows>(Rows{}) : Result<Rows>(written.error()));
    }
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
  }

  // One transaction with all of them. The error: nothing of it is there.
  Status write_all(const std::deque<Job>& batch, std::vector<Result<Rows>>& results) {
    if (auto usable = look_after(); !usable) return usable;
    for (const bool with_savepoints : {false, true}) {
      results.clear();
      if (auto begun = writer_->run({"BEGIN IMMEDIATE", {}}); !begun) return std::move(begun).error();
      const auto run = run_jobs(batch, with_savepoints, results);
      if (run && *run) return end_transaction();
      if (writer_->is_in_transaction()) (void)writer_->run({"ROLLBACK", {}}).has_value();
      if (run) return *run;
    }
    return ok();  // with savepoints there is always an outcome
  }

  Status end_transaction() {
    auto committed = writer_->run({"COMMIT", {}});
    if (committed) return ok();
    if (writer_->is_in_transaction()) (void)writer_->run({"ROLLBACK", {}}).has_value();
    return std::move(committed).error();
  }

  // Told once, and once more when it is over: while a disk is full every write fails.
  void note_outcome(const Status& written) {
    if (written) {
      if (!std::exchange(refusal_, {}).empty())
        log_event("info", "store_writable",
                  {{"dropped", std::exchange(dropped_, 0)},
                   {"what",
                    "the database takes writes again; so many that nobody waited for (entries of the log) could "
                    "not be made"}});
      return;
    }
    const Error& why = written.error();
    // A file system that has become read-only takes writes again by the same connection; one that was so from the start
    // does not.
    if (why.reason != "store_read_only" || writer_->is_read_only())
      is_to_be_opened_again_ = is_to_be_opened_again_ || sqlite::may_be_over_when_opened_again(why);
    if (std::exchange(refusal_, why.reason) != why.reason)
      log_event("error", "commit_failed", {{"reason", why.reason}, {"what", why.description}});
  }

  // A statement that fails has changed nothing, so a job needs a savepoint only if it fails after its first one. That
  // is rare, and a savepoint costs as much as a statement: without them, nothing is the answer if one would have been
  // needed. The error: SQLite has ended the transaction by itself, as it does when the disk is full.
  std::optional<Status> run_jobs(const std::deque<Job>& batch, bool with_savepoints,
                                 std::vector<Result<Rows>>& results) {
    for (const auto& job : batch) {
      auto result = run_job(job, with_savepoints && job.statements.size() > 1);
      if (!writer_->is_in_transaction()) return Status(result && !*result ? result->error() : ended_by_itself());
      if (!result) return std::nullopt;
      if (!*result && result->error().status == 503) return Status(result->error());
      results.push_back(*std::move(result));
    }
    return ok();
  }

  static Error ended_by_itself() {
    return {"temporarily_unavailable", "The database could not write. Nothing has been changed.", "store_unavailable",
            503, Fault::ours};
  }

  // Nothing, if what it did before it failed had to be undone and there is no savepoint.
  std::optional<Result<Rows>> run_job(const Job& job, bool with_savepoint) {
    if (with_savepoint)
      if (auto saved = writer_->run({"SAVEPOINT job", {}}); !saved) return saved;
    Result<Rows> last = Rows{};
    for (std::size_t i = 0; i < job.statements.size(); ++i) {
      last = run_checked(job.statements[i]);
      if (last) continue;
      if (with_savepoint)
        (void)writer_->run({"ROLLBACK TO job", {}}).has_value();
      else if (i > 0)
        return std::nullopt;
      break;
    }
    if (with_savepoint) (void)writer_->run({"RELEASE job", {}}).has_value();
    return last;
  }

  Result<Rows> run_checked(const Statement& statement) {
    auto rows = writer_->run(statement);
    if (rows && statement.must_match && rows->empty())
      return Error{"server_error", "what was to be changed is not there any more", "store_unmatched", 0, Fault::ours};
    return rows;
  }

  // ---- Looking after the files

  // Whether there is something to write to. Once a second it is looked whether the files in the folder are still those
  // that are open, and what has been deleted is saved.
  Status look_after() {
    const auto now = Time::now();
    if (now - looked_ < between_looks) return is_usable();
    looked_ = now;
    if (closed_) return open_closed();
    const auto named = sqlite::id_of(name_);
    const auto there = sqlite::files_of(file_);
    if (named && named != files_.database) return give_up_replaced();
    if (there == files_) {
      tell_of_name(named.has_value());
      if (is_to_be_opened_again_) return open_anew();
      lost_.clear();
      return ok();
    }
    if (there.database && there.database != files_.database) return give_up_replaced();
    if (!there.database) return save_deleted();
    return save_log();
  }

  Status is_usable() const {
    if (closed_) return *closed_;
    return lost_.empty() ? ok() : Status(gone());
  }

  // A link to the database that is deleted takes nothing away yet; but the next start goes by its name.
  void tell_of_name(bool is_there) {
    if (std::exchange(is_named_, is_there) == is_there) return;
    log_event(is_there ? "info" : "error", is_there ? "database_link_back" : "database_link_deleted",
              {{"what", is_there ? name_ + " leads to the database again"
                                 : name_ + ", which leads to the database " + file_ +
                                       ", has been deleted. All is written on to that file; but the next start will "
                                       "not find it by that name"}});
  }

  Error gone() const { return {"temporarily_unavailable", lost_, "store_unavailable", 503, Fault::ours}; }

  void close_readers() {
    const std::lock_guard registry(readers_mutex_);
    for (const auto& reader : readers_) {
      const std::lock_guard lock(reader->mutex);
      reader->connection.reset();
    }
  }

  // The connection failed in a way that another one may not; until there is one, this one stays.
  Status open_anew() {
    auto next = std::make_unique<Connection>();
    if (auto opened = next->open(file_, Opening::existing, patience_of_writer); !opened) return opened;
    writer_ = std::move(next);
    is_to_be_opened_again_ = false;
    return ok();
  }

  Status save_log() {
    log_event("error", "database_files_deleted",
              {{"what", "the files beside " + file_ +
                            " (-wal, -shm) have been deleted or replaced while they were open; what they held is put "
                            "into the database now"}});
    if (auto saved = writer_->run({"PRAGMA wal_checkpoint(TRUNCATE)", {}}); !saved)
      log_event("error", "database_files_deleted", {{"what", saved.error().description}});
    return open_closed();
  }

  // Nobody may have the old files open when the new ones are made: SQLite shares them among the connections of a
  // program.
  Status open_closed() {
    const std::lock_guard registry(readers_mutex_);
    std::vector<std::unique_lock<std::mutex>> quiet;
    for (const auto& reader : readers_) quiet.emplace_back(reader->mutex);
    for (const auto& reader : readers_) reader->connection.reset();
    writer_ = std::make_unique<Connection>();
    auto opened = writer_->open(file_, Opening::existing, patience_of_writer);
    // The log and its index are made by the first look into it.
    if (opened) opened = writer_->run_text("SELECT count(*) FROM sqlite_master");
    files_ = sqlite::files_of(file_);
    if (!opened) {
      closed_ = opened.error();
      return opened;
    }
    closed_.reset();
    is_to_be_opened_again_ = false;
    lost_.clear();
    return ok();
  }

  // Another file of that name is another database: who put it there has to say which one counts.
  Status give_up_replaced() {
    if (!lost_.empty()) return gone();
    lost_ =
        "The database's file has been replaced under the running authority, which therefore writes nothing any more.";
    const std::string kept = file_ + ".saved-" + std::to_string(getpid());
    const auto saved = copy_writer_to(kept);
    log_event("error", "database_replaced",
              {{"what", "another file is at " + name_ + " than the one that is open. Nothing is written until the " +
                            "authority is started again. What it had is " +
                            (saved ? "in " + kept : "not saved: " + saved.error().description)}});
    return gone();
  }

  Status save_deleted() {
    const bool is_news = lost_.empty();
    if (is_news)
      log_event("error", "database_deleted",
                {{"what", file_ + " has been deleted while it was open; it is written again from what is open"}});
    lost_ = "The database's file has been deleted under the running authority.";
    // Whoever has only moved it finds everything in it. What lay beside it would be taken for the new one's.
    (void)writer_->run({"PRAGMA wal_checkpoint(TRUNCATE)", {}}).has_value();
    for (const char* companion : sqlite::companions) unlink((file_ + companion).c_str());
    if (auto saved = copy_writer_to(file_); !saved) {
      if (is_news)
        log_event("error", "database_deleted", {{"what", "it cannot be written: " + saved.error().description}});
      return gone();
    }
    log_event("info", "database_saved", {{"what", file_ + " is there again, with all that was in it"}});
    return open_closed();
  }

  // The pages as they are, under a name that nobody has.
  Status copy_writer_to(const std::string& name) {
    auto place = NewPlace::beside(name);
    if (!place) return std::move(place).error();
    {
      Connection copy;
      if (auto opened = copy.open(place->path(), Opening::creating, 0ms); !opened) return opened;
      if (auto copied = writer_->copy_to(copy); !copied) return copied;
      if (auto alone = copy.run_text("PRAGMA journal_mode = DELETE"); !alone) return alone;
    }
    return place->appear();
  }

  // ---- Growth: the log of writes and the file get smaller again, a little at a time.

  void tidy() {
    tidied_ = Time::now();
    if (!lost_.empty() || is_to_be_opened_again_) return;
    if (sqlite::size_of(file_ + "-wal") > sqlite::most_log_kept) shorten_log();
    if (is_busy()) return;
    if (!std::exchange(knows_how_it_shrinks_, true)) learn_to_shrink();
    give_pages_back();
  }

  bool is_busy() {
    const std::lock_guard lock(mutex_);
    return awaited_ > 0;
  }

  // Where a reader still needs it, the next second will do.
  void shorten_log() {
    writer_->set_patience(0ms);
    (void)writer_->run({"PRAGMA wal_checkpoint(TRUNCATE)", {}}).has_value();
    writer_->set_patience(patience_of_writer);
  }

  std::int64_t number_of(std::string_view pragma) {
    const auto rows = writer_->run({pragma, {}});
    return rows ? int_at(rows->first(), 0) : 0;
  }

  // A file that an older program made cannot give pages back before it has been written anew: at once if that takes a
  // moment, otherwise by whoever restores a backup of it.
  void learn_to_shrink() {
    constexpr std::int64_t most_pages = 16'384;  // 64 MB
    if (number_of("PRAGMA auto_vacuum") != 0) return;
    if (number_of("PRAGMA page_count") > most_pages) {
      log_event("info", "database_does_not_shrink",
                {{"what",
                  "an older version made the file: it uses its free pages again and does not get smaller. A "
                  "backup that is restored does"}});
      return;
    }
    for (const char* sql : {"PRAGMA auto_vacuum = INCREMENTAL", "VACUUM"})
      if (auto done = writer_->run_text(sql); !done) {
        log_event("info", "database_does_not_shrink", {{"what", done.error().description}});
        return;
      }
    log_event("info", "database_shrinks",
              {{"what", "the file was written anew, and can give free pages back from now on"}});
  }

  void give_pages_back() {
    constexpr std::int64_t few = 64;  // pages
    if (number_of("PRAGMA freelist_count") <= few) return;
    (void)writer_->run({"PRAGMA incremental_vacuum(512)", {}}).has_value();
    if (number_of("PRAGMA freelist_count") <= few) shorten_log();  // which shortens the file, too
  }

  Status migrate() {
    const auto version = writer_->run({"PRAGMA user_version", {}});
    if (!version) return version.error();
    const auto from = static_cast<std::size_t>(int_at(version->first(), 0));
    const auto& steps = migrations();
    if (from > steps.size()) return too_new(from);
    for (std::size_t step = from; step < steps.size(); ++step)
      if (auto done = migrate_step(steps[step], step + 1); !done) return done;
    if (from > 0 && from < steps.size())
      log_event("info", "database_upgraded",
                {{"from", static_cast<std::int64_t>(from)}, {"to", static_cast<std::int64_t>(steps.size())}});
    return ok();
  }

  Status migrate_step(const std::vector<std::string_view>& step, std::size_t version) {
    // Prepared statements are found by their text, which therefore stays.
    const std::string& stamp = stamps_.emplace_back("PRAGMA user_version = " + std::to_string(version));
    std::vector<std::string_view> all = {"BEGIN IMMEDIATE"};
    all.insert(all.end(), step.begin(), step.end());
    all.insert(all.end(), {stamp, "COMMIT"});
    for (const auto sql : all)
      if (auto done = writer_->run({sql, {}}); !done) return std::move(done).error();
    return ok();
  }

  static inline std::atomic<std::uint64_t> made_ = 0;
  const std::uint64_t number_ = ++made_;  // an address may be another store's later
  // As it was named, and where it lies with all links followed: SQLite keeps its log and the index there.
  std::string name_, file_;
  std::deque<std::string> stamps_;
  std::unique_ptr<Connection> writer_ = std::make_unique<Connection>();
  std::mutex readers_mutex_;
  std::vector<std::shared_ptr<Reader>> readers_;
  // Of the writer's thread:
  sqlite::Files files_;                 // that are open
  bool is_to_be_opened_again_ = false;  // something failed that may be over on new connections
  bool knows_how_it_shrinks_ = false;
  bool is_named_ = true;         // its name leads to it
  std::optional<Error> closed_;  // why there is no connection
  std::string lost_;             // why nothing can be written any more
  std::int64_t dropped_ = 0;     // writes that nobody waited for and that could not be made
  std::string refusal_;          // the reason why the last write failed
  Time::time_point looked_ = Time::now(), tidied_ = Time::now();
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

Status copy_sqlite(const std::string& name, const std::string& to) {
  const std::string from = real_path(name);  // what belongs to it lies there, and not beside a link to it
  if (auto free = check_new_database(to); !free) return free;
  sqlite::Neighbours neighbours(from);
  if (auto whole = neighbours.wait(); !whole) return whole;
  auto place = NewPlace::beside(to);
  if (!place) return std::move(place).error();
  {
    Connection source, target;
    if (auto opened = source.open(from, Opening::existing, 5s); !opened) return opened;
    if (auto opened = target.open(place->path(), Opening::creating, 0ms); !opened) return opened;
    if (auto copied = source.copy_to(target); !copied) return copied;
    // One file, whole by itself: no log of writes beside it.
    if (auto alone = target.run_text("PRAGMA journal_mode = DELETE"); !alone) return alone;
    if (auto whole = neighbours.check(); !whole) return whole;
  }
  return place->appear();
}

Status compact_sqlite(const std::string& file) {
  Connection connection;
  if (auto opened = connection.open(file, Opening::existing, 0ms); !opened) return opened;
  for (const char* sql : {"PRAGMA auto_vacuum = INCREMENTAL", "VACUUM", "PRAGMA journal_mode = DELETE"})
    if (auto done = connection.run_text(sql); !done) return done;
  return ok();
}

}  // namespace ostia::authority
