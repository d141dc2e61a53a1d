// One connection to PostgreSQL. Jobs are sent as they come, without waiting for those before them (libpq's pipeline
// mode): what stands between two synchronisation points is one transaction, in one round trip. All of it happens on the
// thread of the `io_context`.
#pragma once

#include <libpq-fe.h>

#include <boost/asio.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "store/await.hpp"

namespace ostia::authority::postgres {

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Close>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// What a connection is for. Readers see what is committed, and cannot write; writers' transactions are serializable,
/// as SQLite's are.
enum class Role : std::uint8_t { reader, writer };

/// Runs `sql` and waits for it, however long it takes: for what is done at the start.
Result<Rows> run(PGconn* connection, const std::string& sql);
/// The same, but not for ever. After `store_unavailable` the connection is of no more use.
Result<Rows> run(PGconn* connection, const std::string& sql, std::chrono::milliseconds patience);

/// What the server has answered.
Rows rows_of(const PGresult* result);

/// A transaction that somebody waits for.
struct Job {
  std::vector<Statement> statements;
  RowsReady done;  ///< of a read, called by whoever is first
  Role role = Role::reader;
  std::chrono::steady_clock::time_point deadline;  ///< whoever waits for it is told something by then
  int tries = 0;
  bool is_moved = false;  ///< a read that another connection has not answered in good time
};

/// What became of a job.
struct Outcome {
  Result<Rows> result = Rows{};
  bool is_to_be_tried_again = false;  ///< it has certainly changed nothing, and may do better next time
};

class Connection {
 public:
  struct Events {
    std::function<void(Job, Outcome)> on_done;
    std::function<void()> on_lost;    ///< after what was under way has got its outcome; not to destroy it at once
    std::function<void()> on_notice;  ///< somebody has notified the channel that this connection listens to
  };

  Connection(boost::asio::io_context& context, Handle handle, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Its outcome comes by `on_done`, always.
  void send(Job job);
  [[nodiscard]] std::size_t load() const { return is_lost_ ? SIZE_MAX : under_way_.size(); }

  using Time = std::chrono::steady_clock::time_point;
  /// Something is under way, and the server has said nothing for so long.
  [[nodiscard]] bool stands_still(Time now, std::chrono::milliseconds so_long) const;
  /// Gives those whose deadline is over an outcome, whatever becomes of what was sent: of writes nobody knows.
  void tell_late(Time now);
  /// Gives reads back to be tried elsewhere, each once. The one in front stays, too: its first answer counts.
  void hand_back_reads();
  /// As if the connection had broken.
  void lose();

 private:
  struct UnderWay {
    std::unique_ptr<Job> job;  ///< null: a statement is being prepared, or nobody waits for it any more
    Rows rows;
    std::string error, state;  ///< of the first statement that failed, and its SQLSTATE
    std::string prepares;      ///< the name of the statement that is being prepared
  };

  struct Form {
    std::string_view sql;
    std::string types;
    bool operator==(const Form&) const = default;
  };
  struct HashForm {
    std::size_t operator()(const Form& f) const { return std::hash<std::string_view>{}(f.sql); }
  };

  bool send_statement(const std::string& name, const std::vector<Cell>& cells);
  const std::string* prepare(const Statement& statement);
  bool finish_transaction();
  void await_readable();
  void await_writable();
  void read();
  void take(PGresult* result);
  void settle();
  void forget(const UnderWay& failed);

  Handle handle_;
  Events events_;
  boost::asio::posix::stream_descriptor socket_;
  std::deque<UnderWay> under_way_;
  std::unordered_map<Form, std::string, HashForm> prepared_;  ///< the server's names of statements
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  bool is_writing_ = false, is_lost_ = false;
  bool was_called_off_ = false;  ///< a statement, before it was prepared
  std::size_t last_name_ = 0;
  Time progress_{};  ///< when the server last said something, or had nothing to say
};

}  // namespace ostia::authority::postgres
