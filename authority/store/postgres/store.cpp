// PostgreSQL behind the same statements as SQLite: a pool of connections on one thread.
#include <algorithm>
#include <future>
#include <random>
#include <thread>

#include "base/log.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/schema.hpp"

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
constexpr auto patience = std::chrono::seconds(10);  // how long a job waits for a server that is away
constexpr int most_tries = 50;

Error unavailable(const char* why) {
  return {"temporarily_unavailable", std::string("The database ") + why + ". Try again in a few seconds.",
          "store_unavailable", 503, Fault::ours};
}

class PostgresStore final : public Store {
 public:
  PostgresStore(std::string url, std::size_t connections) : url_(std::move(url)), slots_(connections) {
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
  }

  Status open() {
    auto first = postgres::connect(url_, Role::writer);
    if (!first) return std::move(first).error();
    if (auto migrated = postgres::migrate(first->get()); !migrated) return migrated;
    adopt(slots_.back(), *std::move(first));
    for (auto& slot : slots_)
      if (!slot.connection) open_later(slot, {});
    tick();
    thread_ = std::thread([this] { context_.run(); });
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
        if (!std::exchange(drops_, true))
          log_event("error", "writes_dropped", {{"waiting", static_cast<std::int64_t>(most_waiting)}});
        return;
      }
      drops_ = false;
      posted_.push_back(std::move(statements));
      ++posted_count_;
      if (posted_.size() == 1) write_posted_later();
    });
  }

  void on_change(std::function<void()> callback) override {
    std::promise<void> done;  // when this returns, the former one is not called any more
    asio::post(context_, [&] {
      changed_ = std::move(callback);
      done.set_value();
    });
    done.get_future().get();
  }

  Result<std::vector<std::string>> find_damage() override { return std::vector<std::string>(); }

  Status read_all(const ReadRow& visit) override { return postgres::read_all(url_, visit); }

  Status take_snapshot() override { return postgres::take_snapshot(url_); }
  Status restore_snapshot() override { return postgres::restore_snapshot(url_); }

 private:
  // A place for a connection: one is there, or is being made.
  struct Slot {
    Role role = Role::writer;
    std::unique_ptr<Connection> connection;
  };

  void submit(Role role, std::vector<Statement> statements, RowsReady done) {
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
      Connection* idlest = find_idlest(waiting.front().role);
      if (!idlest) return;
      Job job = std::move(waiting.front());
      waiting.pop_front();
      idlest->send(std::move(job));
    }
  }

  Connection* find_idlest(Role role) {
    Connection* found = nullptr;
    std::size_t load = role == Role::reader ? most_reads : most_writes;
    for (const auto& slot : slots_)
      if (slot.role == role && slot.connection && slot.connection->load() < load) {
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
    auto batch = std::make_shared<std::vector<std::vector<Statement>>>();
    std::vector<Statement> all;
    for (std::size_t i = 0; i < count; ++i) {
      batch->push_back(std::move(posted_.front()));
      posted_.pop_front();
      all.insert(all.end(), batch->back().begin(), batch->back().end());
    }
    take({std::move(all), [this, batch](const Result<Rows>& result) { posted_written(*batch, result); }, Role::writer,
          Clock::now() + patience});
  }

  void posted_written(std::vector<std::vector<Statement>>& batch, const Result<Rows>& result) {
    is_posting_ = false;
    written_count_ += batch.size();
    if (!result && batch.size() > 1 && result.error().status == 0) {  // one of them must not take the others with it
      for (auto& one : batch) take({std::move(one), complain, Role::writer, Clock::now() + patience});
    } else {
      complain(result);
    }
    write_posted();
    while (!after_posted_.empty() && after_posted_.front().first <= written_count_) {
      Job job = std::move(after_posted_.front().second);
      after_posted_.pop_front();
      take(std::move(job));
    }
  }

  static void complain(const Result<Rows>& result) {
    if (!result) log_event("error", "write_failed", {{"what", result.error().description}});
  }

  void adopt(Slot& slot, postgres::Handle handle) {
    slot.connection = std::make_unique<Connection>(
        context_, std::move(handle),
        Connection::Events{[this](Job job, Outcome outcome) { finish(std::move(job), std::move(outcome)); },
                           [this, &slot] {
                             asio::post(context_, [gone = std::shared_ptr<Connection>(std::move(slot.connection))] {});
                             open_later(slot, {});
                           },
                           [this] { notice(); }});
  }

  // Connects on a thread of its own, for as long as it takes.
  void open_later(Slot& slot, std::chrono::milliseconds pause) {
    if (closing_) return;
    auto timer = std::make_shared<asio::steady_timer>(context_, pause);
    timer->async_wait([this, timer, &slot](boost::system::error_code) {
      if (closing_) return;
      asio::post(connectors_, [this, &slot] {
        auto opened = std::make_shared<Result<postgres::Handle>>(postgres::connect(url_, slot.role));
        asio::post(context_, [this, &slot, opened] { opened_one(slot, *opened); });
      });
    });
  }

  void opened_one(Slot& slot, Result<postgres::Handle>& opened) {
    if (closing_) return;
    if (!opened) {
      if (!std::exchange(is_away_, true)) log_event("error", "database_away", {{"what", opened.error().description}});
      return open_later(slot, std::chrono::milliseconds(250));
    }
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
      for (auto* waiting : {&reads_, &writes_})
        while (!waiting->empty() && (waiting->front().deadline < now || (closing_ && *closing_ < now))) {
          Job late = std::move(waiting->front());
          waiting->pop_front();
          late.done(unavailable("cannot be reached"));
        }
      end_if_idle();
      if (!context_.stopped()) tick();
    });
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

  std::string url_;
  asio::io_context context_{1};
  asio::thread_pool connectors_{2};
  std::vector<Slot> slots_;
  std::deque<Job> reads_, writes_;
  std::deque<std::vector<Statement>> posted_;
  // As with SQLite, `commit_now` sees what its caller has posted: each waits until so many have been written.
  std::deque<std::pair<std::uint64_t, Job>> after_posted_;
  std::uint64_t posted_count_ = 0, written_count_ = 0;
  std::function<void()> changed_;
  std::optional<Clock::time_point> closing_;
  std::size_t retrying_ = 0;
  bool is_posting_ = false, drops_ = false, is_away_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const std::string& url, std::size_t connections) {
  auto store = std::make_unique<PostgresStore>(url, std::max(connections, readers + 1));
  if (auto opened = store->open(); !opened) {
    Error error = std::move(opened).error();
    error.fault = Fault::caller;  // the server is what the options name
    return error;
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace ostia::authority
