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

/// Connects, and waits for it. Errors: the server cannot be reached or refuses, in its words.
Result<Handle> connect(const std::string& url, Role role);

/// Runs `sql` and waits for it: for what is done at the start.
Result<Rows> run(PGconn* connection, const std::string& sql);

/// What the server has answered.
Rows rows_of(const PGresult* result);

/// A transaction that somebody waits for.
struct Job {
  std::vector<Statement> statements;
  RowsReady done;
  Role role = Role::reader;
  std::chrono::steady_clock::time_point deadline;  ///< until then it may wait for a connection, or be tried again
  int tries = 0;
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

 private:
  struct UnderWay {
    std::unique_ptr<Job> job;  ///< null: a statement is being prepared
    Rows rows;
    std::string error, state;  ///< of the first statement that failed, and its SQLSTATE
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
  void lose();

  Handle handle_;
  Events events_;
  boost::asio::posix::stream_descriptor socket_;
  std::deque<UnderWay> under_way_;
  std::unordered_map<Form, std::string, HashForm> prepared_;  ///< the server's names of statements
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  bool is_writing_ = false, is_lost_ = false;
};

}  // namespace ostia::authority::postgres
