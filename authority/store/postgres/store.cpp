// PostgreSQL behind the same statements as SQLite: a pool of connections on one thread.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <random>
#include <thread>

#include "base/log.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/servers.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;
using postgres::Connection;
using postgres::Job;
using postgres::Outcome;
using postgres::Role;
using Clock = std::chrono::steady_clock;

constexpr std::size_t readers = 4, most_reads = 64, most_writes = 4;  // connections; jobs under way on one of them
constexpr std::size_t most_waiting = 20'000, most_posted_at_once = 500;
constexpr auto patience = std::chrono::seconds(10);  // how long anybody waits, whatever the server does
constexpr auto hurry = std::chrono::seconds(1);      // what has less time left is not sent any more
// A server that says nothing for so long about what it was sent may be standing still: no more is sent there. After
// twice that another connection takes its place, as there may be one process of it that stands.
constexpr auto standstill = std::chrono::seconds(1);
// What nobody waits for may take longer, as a large clearing does, and is tried again for a while.
constexpr auto batch_patience = std::chrono::seconds(22), posted_patience = std::chrono::seconds(60);
constexpr std::string_view batch_limit = "SELECT set_config('statement_timeout', '20s', true)";
constexpr int most_tries = 50;

Error unavailable(const char* why) {
  return {"temporarily_unavailable", std::string("The database ") + why + ". Try again in a few seconds.",
          "store_unavailable", 503, Fault::ours};
}

class PostgresStore final : public Store {
 public:
  PostgresStore(std::vector<postgres::Server> servers, std::size_t connections, std::string lineage_file,
                std::optional<postgres::Lineage> known)
      : servers_(std::move(servers)),
        lineages_(std::move(lineage_file), std::move(known)),
        lookout_(servers_, lineages_),
        slots_(connections) {
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].role = i < readers ? Role::reader : Role::writer;
  }

  ~PostgresStore() override {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      closing_ = Clock::now() + patience;
      write_posted();
      end_if_idle();
    });
    thread_.join();
    connectors_.join();
    {
      const std::lock_guard lock(lookout_mutex_);
      is_over_ = true;
    }
    lookout_wakes_.notify_all();
    lookout_thread_.join();
    if (const auto left = posted_count_ - written_count_; left > 0)
      log_event("error", "writes_given_up",
                {{"count", static_cast<std::int64_t>(left)}, {"what", "the program ends, and the database is away"}});
  }

  Status open() {
    if (auto checked = postgres::check_sessions(servers_); !checked) return checked;
    if (servers_.size() > 1) lookout_.look();  // of two primaries, the one with the higher timeline
    auto first = open_now(Role::writer);
    if (!first) return std::move(first).error();
    if (auto migrated = postgres::migrate(first->handle.get()); !migrated) return migrated;
    for (auto& slot : slots_) open_later(slot, {});
    tick();
    thread_ = std::thread([this] { context_.run(); });
    lookout_thread_ = std::thread([this] { run_guarded("database_lookout", [this] { keep_looking(); }); });
    return ok();
  }

  asio::awaitable<Result<Rows>> query(Statement statement) override {
    std::vector<Statement> one;
    one.push_back(std::move(statement));
    CO_RETURN(await_rows([this, &one](RowsReady done) { submit(Role::reader, std::move(one), std::move(done)); }));
  }

  asio::awaitable<Result<Rows>> commit(std::vector<Statement> statements) override {
    CO_RETURN(await_rows(
        [this, &statements](RowsReady done) { submit(Role::writer, std::move(statements), std::move(done)); }));
  }

  Result<Rows> commit_now(std::vector<Statement> statements) override {
    std::promise<Result<Rows>> done;
    Job job{std::move(statements), [&](Result<Rows> result) { done.set_value(std::move(result)); }, Role::writer,
            Clock::now() + patience};
    asio::post(context_, [this, &job] { take_after_posted(std::move(job)); });
    return done.get_future().get();
  }

  asio::awaitable<Result<Rows>> settle() override {
    CO_RETURN(await_rows([this](RowsReady done) {
      Job nothing{{}, std::move(done), Role::writer, Clock::now() + patience};
      asio::post(context_, [this, nothing = std::move(nothing)]() mutable { take_after_posted(std::move(nothing)); });
    }));
  }

  void post(std::vector<Statement> statements) override {
    asio::post(context_, [this, statements = std::move(statements)]() mutable {
      if (posted_.size() >= most_waiting) {
        if (dropped_++ == 0)
          log_event("error", "writes_dropped", {{"waiting", static_cast<std::int64_t>(most_waiting)}});
        ++given_up_;
        return;
      }
      if (const auto dropped = std::exchange(dropped_, 0); dropped > 0)
        log_event("error", "writes_given_up", {{"count", dropped}, {"what", "too many waited to be written"}});
      posted_.push_back(std::move(statements));
      ++posted_count_;
      if (posted_.size() == 1) write_posted_later();
    });
  }

  [[nodiscard]] std::uint64_t posts_given_up() const override { return given_up_; }

  void on_change(std::function<void()> callback) override {
    std::promise<void> done;  // when this returns, the former one is not called any more
    asio::post(context_, [&] {
      changed_ = std::move(callback);
      done.set_value();
    });
    done.get_future().get();
  }

  Result<std::vector<std::string>> find_damage() override { return std::vector<std::string>(); }

  Status read_all(const ReadRow& visit) override {
    const auto open = open_now(Role::reader);
    return open ? postgres::read_all(open->handle.get(), visit) : open.error();
  }
  Status take_snapshot() override {
    const auto open = open_now(Role::writer);
    return open ? postgres::take_snapshot(open->handle.get()) : open.error();
  }
  Status restore_snapshot() override {
    const auto open = open_now(Role::writer);
    return open ? postgres::restore_snapshot(open->handle.get()) : open.error();
  }

 private:
  // A place for a connection: one is there, or is being made.
  struct Slot {
    Role role = Role::writer;
    std::unique_ptr<Connection> connection;
    postgres::Lineage lineage;
  };
  // One that has stood still, and whose place another one has taken. It stays until the server has said what became of
  // what was sent: a write may be waiting for its replica, and to close the connection would not end that there.
  struct Aside {
    Role role;
    std::unique_ptr<Connection> connection;
    postgres::Lineage lineage;
  };
  // Posts that are written in one transaction.
  struct Batch {
    std::vector<std::vector<Statement>> posts;
    Clock::time_point until;
    bool was_lost = false;  ///< it may have been made: then its keys are taken
    bool is_part = false;   ///< of one that was taken apart, so that one bad post does not take the others with it
  };

  Result<postgres::Open> open_now(Role role) {
    auto open = postgres::open_session(servers_, preferred_, role, lineages_);
    if (open) preferred_ = open->server;
    return open;
  }

  // The first of two answers, where a read was asked twice. All of them come on the thread of the context.
  static RowsReady once(RowsReady done) {
    return [done = std::make_shared<RowsReady>(std::move(done))](Result<Rows> result) {
      if (const auto first = std::exchange(*done, nullptr)) first(std::move(result));
    };
  }

  void submit(Role role, std::vector<Statement> statements, RowsReady done) {
    if (role == Role::reader) done = once(std::move(done));
    Job job{std::move(statements), std::move(done), role, Clock::now() + patience};
    asio::post(context_, [this, job = std::move(job)]() mutable { take(std::move(job)); });
  }

  void take(Job job) {
    auto& waiting = waiting_of(job.role);
    if (waiting.size() >= most_waiting) return job.done(unavailable("has too much to do"));
    waiting.push_back(std::move(job));
    hand_out(waiting);
  }

  void take_after_posted(Job job) {
    if (written_count_ == posted_count_) return take(std::move(job));
    after_posted_.emplace_back(posted_count_, std::move(job));
    write_posted();
  }

  std::deque<Job>& waiting_of(Role role) { return role == Role::reader ? reads_ : writes_; }

  // Sends what waits to the connections that have the least to do.
  void hand_out(std::deque<Job>& waiting) {
    while (!waiting.empty()) {
      const bool is_late = waiting.front().deadline < Clock::now() + hurry;
      Connection* idlest = is_late ? nullptr : find_idlest(waiting.front().role);
      if (!idlest && !is_late) return;
      Job job = std::move(waiting.front());
      waiting.pop_front();
      if (is_late)
        job.done(unavailable("cannot be reached"));
      else
        idlest->send(std::move(job));
    }
  }

  Connection* find_idlest(Role role) {
    Connection* found = nullptr;
    const auto now = Clock::now();
    std::size_t load = role == Role::reader ? most_reads : most_writes;
    for (const auto& slot : slots_)
      if (slot.role == role && slot.connection && slot.connection->load() < load &&
          !slot.connection->stands_still(now, standstill)) {
        found = slot.connection.get();
        load = found->load();
      }
    return found;
  }

  void finish(Job job, Outcome outcome) {
    const Role role = job.role;
    if (outcome.is_to_be_tried_again && ++job.tries < most_tries && Clock::now() < job.deadline)
      try_later(std::move(job));
    else
      job.done(std::move(outcome.result));
    hand_out(waiting_of(role));
    end_if_idle();
  }

  // Two that were in each other's way must not meet again.
  void try_later(Job job) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    const int most_ms = std::min(1 << std::min(job.tries, 6), 50);
    auto timer = std::make_shared<asio::steady_timer>(
        context_, std::chrono::microseconds(std::uniform_int_distribution<int>(0, most_ms * 1000)(random)));
    ++retrying_;
    timer->async_wait([this, timer, job = std::move(job)](boost::system::error_code) mutable {
      --retrying_;
      take(std::move(job));
    });
  }

  // What nobody waits for waits for company.
  void write_posted_later() {
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(50));
    timer->async_wait([this, timer](boost::system::error_code) { write_posted(); });
  }

  // What nobody waits for is written in large transactions, one at a time.
  void write_posted() {
    if (is_posting_ || posted_.empty()) return;
    is_posting_ = true;
    const auto count = std::min(posted_.size(), most_posted_at_once);
    auto batch = std::make_shared<Batch>();
    batch->until = Clock::now() + posted_patience;
    for (std::size_t i = 0; i < count; ++i) {
      batch->posts.push_back(std::move(posted_.front()));
      posted_.pop_front();
    }
    write_batch(batch);
  }

  void write_batch(const std::shared_ptr<Batch>& batch) {
    std::vector<Statement> all = {{batch_limit, {}}};
    for (const auto& one : batch->posts) all.insert(all.end(), one.begin(), one.end());
    take({std::move(all), [this, batch](const Result<Rows>& result) { batch_written(batch, result); }, Role::writer,
          Clock::now() + batch_patience});
  }

  void batch_written(const std::shared_ptr<Batch>& batch, const Result<Rows>& result) {
    const bool is_away = !result && result.error().status == 503;
    if (is_away && Clock::now() < batch->until && !(closing_ && *closing_ < Clock::now())) {
      batch->was_lost = batch->was_lost || result.error().reason == "store_lost";
      return retry_batch(batch);
    }
    if (!result && !is_away && batch->posts.size() > 1)
      take_apart(*batch);
    else
      complain(result, *batch);
    if (batch->is_part) return;
    is_posting_ = false;
    written_count_ += batch->posts.size();
    write_posted();
    while (!after_posted_.empty() && after_posted_.front().first <= written_count_) {
      Job job = std::move(after_posted_.front().second);
      after_posted_.pop_front();
      take(std::move(job));
    }
  }

  void take_apart(Batch& batch) {
    for (auto& post : batch.posts) {
      auto part = std::make_shared<Batch>(Batch{{}, batch.until, batch.was_lost, true});
      part->posts.push_back(std::move(post));
      write_batch(part);
    }
  }

  void retry_batch(const std::shared_ptr<Batch>& batch) {
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(250));
    timer->async_wait([this, timer, batch](boost::system::error_code) { write_batch(batch); });
  }

  // One whose answer was lost, and whose keys are there now, was made.
  void complain(const Result<Rows>& result, const Batch& batch) {
    if (result || (batch.was_lost && result.error().reason == "store_conflict")) return;
    given_up_ += batch.posts.size();
    log_event("error", "writes_given_up",
              {{"count", static_cast<std::int64_t>(batch.posts.size())}, {"what", result.error().description}});
  }

  void adopt(Slot& slot, postgres::Open open) {
    slot.lineage = std::move(open.lineage);
    auto events = Connection::Events{
        [this](Job job, Outcome outcome) { finish(std::move(job), std::move(outcome)); }, {}, [this] { notice(); }};
    auto self = std::make_shared<Connection*>(nullptr);
    events.on_lost = [this, self] { replace(*self); };
    slot.connection = std::make_unique<Connection>(context_, std::move(open.handle), std::move(events));
    *self = slot.connection.get();
  }

  // One that is lost; of those aside `tick` takes care.
  void replace(const Connection* lost) {
    for (auto& slot : slots_)
      if (slot.connection.get() == lost) {
        asio::post(context_, [gone = std::shared_ptr<Connection>(std::move(slot.connection))] {});
        return open_later(slot, {});
      }
  }

  void set_aside(Slot& slot) {
    aside_.push_back({slot.role, std::move(slot.connection), slot.lineage});
    open_later(slot, {});
  }

  // Half as many again, whatever happens: a server that stands still must not be covered with connections.
  bool has_room_aside(Role role) const {
    const auto count = [role](const auto& list) {
      return std::count_if(list.begin(), list.end(), [role](const auto& one) { return one.role == role; });
    };
    return 2 * count(aside_) < count(slots_);
  }

  void look_after(Slot& slot, Clock::time_point now) {
    if (slot.connection) slot.connection->tell_late(now);
    if (!slot.connection || !slot.connection->stands_still(now, 2 * standstill)) return;
    Connection& standing = *slot.connection;
    if (has_room_aside(slot.role)) set_aside(slot);
    standing.hand_back_reads();
  }

  void look_after_those_aside(Clock::time_point now) {
    for (auto& one : aside_) one.connection->tell_late(now);
    std::erase_if(aside_,
                  [](const Aside& one) { return one.connection->load() == 0 || one.connection->load() == SIZE_MAX; });
  }

  // A replica has been promoted: what is connected to the old primary writes nothing any more.
  void drop_old() {
    for (auto& slot : slots_)
      if (slot.connection && !lineages_.is_current(slot.lineage)) slot.connection->lose();
    for (auto& one : aside_)
      if (!lineages_.is_current(one.lineage)) one.connection->lose();
  }

  // On a thread of its own: it waits for servers that do not answer.
  void keep_looking() {
    std::unique_lock lock(lookout_mutex_);
    while (!lookout_wakes_.wait_for(lock, std::chrono::seconds(1), [this] { return is_over_; })) {
      lock.unlock();
      if (lookout_.look()) asio::post(context_, [this] { drop_old(); });
      lock.lock();
    }
  }

  // Connects on a thread of its own, for as long as it takes.
  void open_later(Slot& slot, std::chrono::milliseconds pause) {
    if (closing_) return;
    auto timer = std::make_shared<asio::steady_timer>(context_, pause);
    timer->async_wait([this, timer, &slot](boost::system::error_code) {
      if (closing_) return;
      asio::post(connectors_, [this, &slot] {
        auto opened = std::make_shared<Result<postgres::Open>>(open_now(slot.role));
        asio::post(context_, [this, &slot, opened] { opened_one(slot, *opened); });
      });
    });
  }

  void opened_one(Slot& slot, Result<postgres::Open>& opened) {
    if (closing_) return;
    if (!opened) {
      if (!std::exchange(is_away_, true)) log_event("error", "database_away", {{"what", opened.error().description}});
      return open_later(slot, std::chrono::milliseconds(250));
    }
    drop_old();
    if (!lineages_.is_current(opened->lineage)) return open_later(slot, {});  // its time is over already
    if (std::exchange(is_away_, false)) log_event("info", "database_back");
    adopt(slot, *std::move(opened));
    hand_out(waiting_of(slot.role));
    if (slot.role == Role::reader) notice();  // something may have changed while nobody listened
  }

  void notice() {
    if (changed_) changed_();
  }

  // Those that have waited too long are told so.
  void tick() {
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(250));
    timer->async_wait([this, timer](boost::system::error_code) {
      const auto now = Clock::now();
      for (auto& slot : slots_) look_after(slot, now);
      look_after_those_aside(now);
      while (!after_posted_.empty() && after_posted_.front().second.deadline < now) {
        Job late = std::move(after_posted_.front().second);
        after_posted_.pop_front();
        late.done(unavailable("cannot be reached"));
      }
      for (auto* waiting : {&reads_, &writes_}) expire(*waiting, now);
      hand_out(reads_);
      hand_out(writes_);
      end_if_idle();
      if (!context_.stopped()) tick();
    });
  }

  void expire(std::deque<Job>& waiting, Clock::time_point now) {
    std::vector<Job> late;
    std::erase_if(waiting, [&](Job& job) {
      const bool is_late = job.deadline < now || (closing_ && *closing_ < now);
      if (is_late) late.push_back(std::move(job));
      return is_late;
    });
    for (auto& job : late) job.done(unavailable("cannot be reached"));
  }

  // Nothing that was handed in is lost by an orderly end.
  void end_if_idle() {
    if (!closing_) return;
    const bool is_idle = reads_.empty() && writes_.empty() && posted_.empty() && after_posted_.empty() &&
                         !is_posting_ && retrying_ == 0 && std::all_of(slots_.begin(), slots_.end(), [](const Slot& s) {
                           return !s.connection || s.connection->load() == 0;
                         });
    if (is_idle || *closing_ < Clock::now()) context_.stop();
  }

  const std::vector<postgres::Server> servers_;
  postgres::Lineages lineages_;
  postgres::Lookout lookout_;
  std::atomic<std::size_t> preferred_ = 0;  ///< the server that was connected to last
  asio::io_context context_{1};
  asio::thread_pool connectors_{2};
  std::vector<Slot> slots_;
  std::vector<Aside> aside_;
  std::deque<Job> reads_, writes_;
  std::deque<std::vector<Statement>> posted_;
  // As with SQLite, `commit_now` sees what its caller has posted: each waits until so many have been written.
  std::deque<std::pair<std::uint64_t, Job>> after_posted_;
  std::uint64_t posted_count_ = 0, written_count_ = 0;
  std::function<void()> changed_;
  std::optional<Clock::time_point> closing_;
  std::size_t retrying_ = 0;
  bool is_posting_ = false, is_away_ = false;
  std::int64_t dropped_ = 0;  ///< posts, since too many wait
  std::atomic<std::uint64_t> given_up_ = 0;
  std::mutex lookout_mutex_;
  std::condition_variable lookout_wakes_;
  bool is_over_ = false;
  std::thread thread_, lookout_thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const std::string& url, std::size_t connections,
                                             const std::string& lineage_file) {
  auto servers = postgres::servers_of(url);
  if (!servers) return std::move(servers).error();
  auto known = postgres::Lineages::read(lineage_file);
  if (!known) return std::move(known).error();
  auto store = std::make_unique<PostgresStore>(*std::move(servers), std::max(connections, readers + 1), lineage_file,
                                               *std::move(known));
  if (auto opened = store->open(); !opened) {
    Error error = std::move(opened).error();
    error.fault = Fault::caller;  // the server is what the options name
    return error;
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace ostia::authority
