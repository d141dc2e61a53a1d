#include "store/postgres/connection.hpp"

#include <poll.h>

#include <atomic>
#include <boost/endian/conversion.hpp>
#include <cstring>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::postgres {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// Types of values as PostgreSQL numbers them (pg_type.dat); they never change.
constexpr Oid boolean_type = 16, integer_type = 20, text_type = 25;
constexpr Oid number_types[] = {20, 21, 23, 1700};

Error failure(std::string_view what, const char* reason = "store_failed") {
  return {"server_error", "the database: " + std::string(text::trimmed(what)), reason, 0, Fault::ours};
}

// A statement that must find something fails where it finds nothing, by a division: so a whole transaction can be sent
// at once, and nobody has to look at the first answer before the rest goes.
std::string text_of(const Statement& s) {
  const std::string sql(s.sql);
  return s.must_match ? "WITH m AS (" + sql +
                            ") SELECT m.*, f.found FROM m RIGHT JOIN (SELECT 1 / count(*) AS found FROM m) f ON true"
                      : sql;
}
constexpr std::string_view division_by_zero = "22012";

Cell cell_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return {};
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  const Oid type = PQftype(result, column);
  if (type == boolean_type) return std::int64_t{text == "t"};
  if (std::find(std::begin(number_types), std::end(number_types), type) != std::end(number_types))
    return std::int64_t{text::parse_int(text).value_or(0)};
  return std::string(text);
}

// Values as the wire has them. Texts go as bytes with their length: one with a zero byte is refused, not cut.
struct Values {
  explicit Values(const std::vector<Cell>& cells) : numbers(cells.size()) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const char* data = nullptr;
      std::size_t size = 0;
      if (const auto* number = std::get_if<std::int64_t>(&cells[i])) {
        numbers[i] = boost::endian::native_to_big(*number);
        data = reinterpret_cast<const char*>(&numbers[i]);
        size = sizeof numbers[i];
      } else if (const auto* text = std::get_if<std::string>(&cells[i])) {
        data = text->data();
        size = text->size();
      }
      pointers.push_back(data);
      lengths.push_back(static_cast<int>(size));
      formats.push_back(1);
    }
  }
  std::vector<std::int64_t> numbers;
  std::vector<const char*> pointers;
  std::vector<int> lengths, formats;
};

// Nothing is of the type that its place has.
Oid type_of(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return 0;
  return std::holds_alternative<std::int64_t>(cell) ? integer_type : text_type;
}

// Ours to try again: another transaction came between (40001, 40P01), or the server does not take writes any more.
bool is_conflict(std::string_view state) { return state == "40001" || state == "40P01"; }
constexpr std::string_view read_only = "25006";
// A statement that could not be prepared.
constexpr std::string_view not_prepared = "26000";
// No text of ours can be equal to one that is not UTF-8 or has a zero byte.
constexpr std::string_view not_a_text = "22021";

// The server has called it off: it took longer than it may (57014), or waited longer for a lock (55P03).
bool is_called_off(std::string_view state) { return state == "57014" || state == "55P03"; }

Error unavailable(const char* what) {
  return {"temporarily_unavailable", std::string("The database ") + what + ". Try again in a few seconds.",
          "store_unavailable", 503, Fault::ours};
}

// Nobody knows whether it was made, or will be.
Error lost() {
  return {"temporarily_unavailable", "The connection to the database was lost. Try again.", "store_lost", 503,
          Fault::ours};
}

// Whatever it refuses, it refuses to many: a line each second says enough.
void tell_refusal(const std::string& what, const std::string& state) {
  static std::atomic<Clock::rep> told = 0;
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
  if (told.exchange(second) != second)
    log_event("error", "database_refuses", {{"what", std::string(text::trimmed(what))}, {"state", state}});
}

Error error_of(const std::string& state, const std::string& what, Role role) {
  if (state == not_a_text && role == Role::writer)
    return {"invalid_request", "a text that is not UTF-8, or has a zero byte in it, cannot be kept", "not_a_text", 400,
            Fault::caller};
  const bool is_short = state.starts_with("53");  // of disk, memory or connections
  if (is_short || is_called_off(state)) {
    tell_refusal(what, state);
    return unavailable(is_short ? "has no room for that" : "took too long");
  }
  return failure(what, state == division_by_zero ? "store_unmatched"
                       : state.starts_with("23") ? "store_conflict"
                                                 : "store_failed");
}

}  // namespace

Rows rows_of(const PGresult* result) {
  Rows rows;
  const int count = PQntuples(result), columns = PQnfields(result);
  for (int i = 0; i < count; ++i) {
    Row row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) row.push_back(cell_of(result, i, column));
    rows.push_back(std::move(row));
  }
  return rows;
}

namespace {

// Whether there is something to be read, or an end, before `until`.
bool await_answer(PGconn* connection, Clock::time_point until) {
  while (PQisBusy(connection)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd socket{PQsocket(connection), POLLIN, 0};
    if (left <= 0 || poll(&socket, 1, static_cast<int>(left)) == 0) return false;
    if (PQconsumeInput(connection) != 1) return true;  // its end is an answer, too
  }
  return true;
}

Result<Rows> read_result(PGconn* connection, PGresult* result) {
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure(PQerrorMessage(connection));
  return rows_of(result);
}

}  // namespace

Result<Rows> run(PGconn* connection, const std::string& sql) {
  const ResultHandle result(PQexec(connection, sql.c_str()));
  return read_result(connection, result.get());
}

Result<Rows> run(PGconn* connection, const std::string& sql, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  if (PQsendQuery(connection, sql.c_str()) != 1) return failure(PQerrorMessage(connection));
  Result<Rows> last = Rows{};
  for (;;) {
    if (!await_answer(connection, until)) return unavailable("does not answer");
    const ResultHandle result(PQgetResult(connection));
    if (!result) return last;
    if (last) last = read_result(connection, result.get());
  }
}

Connection::Connection(asio::io_context& context, Handle handle, Events events)
    : handle_(std::move(handle)), events_(std::move(events)), socket_(context, PQsocket(handle_.get())) {
  PQsetnonblocking(handle_.get(), 1);
  PQenterPipelineMode(handle_.get());
  await_readable();
}

Connection::~Connection() {
  *is_alive_ = false;
  socket_.release();  // libpq closes it
}

void Connection::send(Job job) {
  if (under_way_.empty()) progress_ = Clock::now();
  auto kept = std::make_unique<Job>(std::move(job));
  std::vector<const std::string*> names;
  for (const auto& statement : kept->statements) names.push_back(prepare(statement));
  bool is_sent = true;
  for (std::size_t i = 0; i < names.size() && is_sent; ++i)
    is_sent = names[i] && send_statement(*names[i], kept->statements[i].values);
  under_way_.push_back({std::move(kept), {}, {}, {}, {}});
  if (!is_sent || !finish_transaction()) lose();
}

// Prepares what this connection has not seen yet, apart from the transaction that needs it: that one may fail. Null:
// the connection is gone.
const std::string* Connection::prepare(const Statement& statement) {
  std::string types(statement.must_match ? "!" : "");
  for (const auto& value : statement.values) types += static_cast<char>('0' + value.index());
  auto& name = prepared_[{statement.sql, types}];
  if (!name.empty()) return &name;
  name = "s" + std::to_string(++last_name_);
  std::vector<Oid> oids;
  for (const auto& value : statement.values) oids.push_back(type_of(value));
  const bool is_sent = PQsendPrepare(handle_.get(), name.c_str(), text_of(statement).c_str(),
                                     static_cast<int>(oids.size()), oids.data()) == 1;
  under_way_.emplace_back().prepares = name;
  return is_sent && finish_transaction() ? &name : nullptr;
}

bool Connection::send_statement(const std::string& name, const std::vector<Cell>& cells) {
  const Values values(cells);
  return PQsendQueryPrepared(handle_.get(), name.c_str(), static_cast<int>(cells.size()), values.pointers.data(),
                             values.lengths.data(), values.formats.data(), 0) == 1;
}

bool Connection::finish_transaction() {
  if (PQpipelineSync(handle_.get()) != 1) return false;
  const int left = PQflush(handle_.get());
  if (left > 0) await_writable();
  return left >= 0;
}

void Connection::await_readable() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read, [this, alive = is_alive_](error_code ec) {
    if (!*alive || is_lost_) return;
    if (ec || PQconsumeInput(handle_.get()) != 1) return lose();
    read();
    if (!is_lost_) await_readable();
  });
}

void Connection::await_writable() {
  if (std::exchange(is_writing_, true)) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_write, [this, alive = is_alive_](error_code ec) {
    if (!*alive || is_lost_) return;
    is_writing_ = false;
    const int left = ec ? -1 : PQflush(handle_.get());
    if (left < 0) return lose();
    if (left > 0) await_writable();
  });
}

void Connection::read() {
  bool is_noticed = false;
  for (PGnotify* notice = nullptr; (notice = PQnotifies(handle_.get()));) {
    is_noticed = true;
    PQfreemem(notice);
  }
  if (is_noticed) events_.on_notice();
  while (!is_lost_ && !under_way_.empty() && !PQisBusy(handle_.get())) {
    const ResultHandle result(PQgetResult(handle_.get()));
    progress_ = Clock::now();
    if (result) take(result.get());  // null: the results of one statement are over
  }
  if (!is_lost_ && PQstatus(handle_.get()) == CONNECTION_BAD) lose();
}

void Connection::take(PGresult* result) {
  UnderWay& now = under_way_.front();
  switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: return settle();
    case PGRES_TUPLES_OK: now.rows = rows_of(result); return;
    case PGRES_COMMAND_OK: now.rows = {}; return;
    case PGRES_PIPELINE_ABORTED: return;  // one before it has failed, and has said why
    default:
      if (!now.error.empty()) return;
      now.error = PQresultErrorMessage(result);
      if (const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE)) now.state = state;
  }
}

// The transaction in front is over.
void Connection::settle() {
  UnderWay over = std::move(under_way_.front());
  under_way_.pop_front();
  if (!over.prepares.empty() && !over.error.empty()) forget(over);
  if (!over.job) return;  // nobody waits for this, or not any more
  Outcome outcome;
  if (over.error.empty())
    outcome.result = std::move(over.rows);
  else if (over.state == not_a_text && over.job->role == Role::reader)
    outcome.result = Rows{};
  else
    outcome = {error_of(over.state, over.error, over.job->role),
               is_conflict(over.state) || over.state == read_only || (over.state == not_prepared && was_called_off_)};
  const bool is_demoted = over.state == read_only && over.job->role == Role::writer;
  events_.on_done(std::move(*over.job), std::move(outcome));
  if (is_demoted) lose();
}

// Who needs the statement finds that it is not there; the next one prepares it anew. One that was called off had to
// wait for a lock.
void Connection::forget(const UnderWay& failed) {
  std::erase_if(prepared_, [&](const auto& entry) { return entry.second == failed.prepares; });
  if (is_called_off(failed.state))
    was_called_off_ = true;
  else
    log_event("error", "statement_refused", {{"what", failed.error}});
}

bool Connection::stands_still(Clock::time_point now, std::chrono::milliseconds so_long) const {
  return !is_lost_ && !under_way_.empty() && now - progress_ >= so_long;
}

void Connection::tell_late(Clock::time_point now) {
  std::vector<std::unique_ptr<Job>> late;
  for (auto& one : under_way_)
    if (one.job && one.job->deadline <= now) late.push_back(std::move(one.job));
  for (auto& job : late) {
    const bool is_read = job->role == Role::reader;
    events_.on_done(std::move(*job), {is_read ? unavailable("does not answer") : lost(), false});
  }
}

void Connection::hand_back_reads() {
  std::vector<Job> back;
  bool is_first = true;
  for (auto& one : under_way_) {
    if (!one.job) continue;
    const bool is_worked_on = std::exchange(is_first, false);  // or so it may be: it has two chances then
    if (one.job->role != Role::reader || std::exchange(one.job->is_moved, true)) continue;
    back.push_back(*one.job);
    if (!is_worked_on) one.job.reset();
  }
  for (auto& job : back) events_.on_done(std::move(job), {unavailable("does not answer"), true});
}

// A read changes nothing and is tried again. Of a write nobody knows whether it was made: whoever waits is told that.
void Connection::lose() {
  if (std::exchange(is_lost_, true)) return;
  auto left = std::exchange(under_way_, {});
  for (auto& one : left) {
    if (!one.job) continue;
    const bool is_read = one.job->role == Role::reader;
    events_.on_done(std::move(*one.job), {is_read ? unavailable("does not answer") : lost(), is_read});
  }
  events_.on_lost();
}

}  // namespace ostia::authority::postgres
