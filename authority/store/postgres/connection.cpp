#include "store/postgres/connection.hpp"

#include <array>
#include <boost/endian/conversion.hpp>
#include <cstring>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::postgres {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

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
// No text of ours can be equal to one that is not UTF-8 or has a zero byte.
constexpr std::string_view not_a_text = "22021";

// A plan that was made while a table was small must not stay. Of writers only the wait for locks has an end: a commit
// that is called off while it waits for its replica would look like one that is safe.
constexpr const char* session = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; ";
constexpr const char* reading = "SET default_transaction_read_only = on; SET statement_timeout = '30s'; LISTEN ostia";
constexpr const char* writing = "SET default_transaction_isolation = 'serializable'; SET lock_timeout = '10s'";

}  // namespace

Result<Handle> connect(const std::string& url, Role role) {
  // What stands before `dbname` may be set otherwise in the URL.
  constexpr std::array names = {
      "application_name", "target_session_attrs", "connect_timeout", "tcp_user_timeout",
      "keepalives_idle",  "client_encoding",      "dbname",          static_cast<const char*>(nullptr)};
  const std::array values = {"ostia", "read-write", "5",         "10000",
                             "10",    "UTF8",       url.c_str(), static_cast<const char*>(nullptr)};
  Handle handle(PQconnectdbParams(names.data(), values.data(), 1));
  if (PQstatus(handle.get()) != CONNECTION_OK) return failure(PQerrorMessage(handle.get()), "store_cannot_open");
  PQsetNoticeProcessor(handle.get(), [](void*, const char*) {}, nullptr);  // standard error is the log's
  const std::string setup = std::string(session) + (role == Role::reader ? reading : writing);
  if (auto done = run(handle.get(), setup); !done) return std::move(done).error();
  return handle;
}

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

Result<Rows> run(PGconn* connection, const std::string& sql) {
  const ResultHandle result(PQexec(connection, sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure(PQerrorMessage(connection));
  return rows_of(result.get());
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
  auto kept = std::make_unique<Job>(std::move(job));
  std::vector<const std::string*> names;
  for (const auto& statement : kept->statements) names.push_back(prepare(statement));
  bool is_sent = true;
  for (std::size_t i = 0; i < names.size() && is_sent; ++i)
    is_sent = names[i] && send_statement(*names[i], kept->statements[i].values);
  under_way_.push_back({std::move(kept), {}, {}, {}});
  if (!is_sent || !finish_transaction()) lose();
}

// Prepares what this connection has not seen yet, apart from the transaction that needs it: that one may fail. Null:
// the connection is gone.
const std::string* Connection::prepare(const Statement& statement) {
  std::string types(statement.must_match ? "!" : "");
  for (const auto& value : statement.values) types += static_cast<char>('0' + value.index());
  auto& name = prepared_[{statement.sql, types}];
  if (!name.empty()) return &name;
  name = "s" + std::to_string(prepared_.size());
  std::vector<Oid> oids;
  for (const auto& value : statement.values) oids.push_back(type_of(value));
  const bool is_sent = PQsendPrepare(handle_.get(), name.c_str(), text_of(statement).c_str(),
                                     static_cast<int>(oids.size()), oids.data()) == 1;
  under_way_.push_back({});
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
  if (!over.job && !over.error.empty()) log_event("error", "statement_refused", {{"what", over.error}});
  if (!over.job) return;  // who needs the statement finds that it is not there
  Outcome outcome;
  if (over.error.empty())
    outcome.result = std::move(over.rows);
  else if (over.state == not_a_text && over.job->role == Role::reader)
    outcome.result = Rows{};
  else if (over.state == not_a_text)
    outcome.result = Error{"invalid_request", "a text that is not UTF-8, or has a zero byte in it, cannot be kept",
                           "not_a_text", 400, Fault::caller};
  else
    outcome = {failure(over.error, over.state == division_by_zero ? "store_unmatched"
                                   : over.state.starts_with("23") ? "store_conflict"
                                                                  : "store_failed"),
               is_conflict(over.state) || over.state == read_only};
  const bool is_demoted = over.state == read_only && over.job->role == Role::writer;
  events_.on_done(std::move(*over.job), std::move(outcome));
  if (is_demoted) lose();
}

// A read changes nothing and is tried again. Of a write nobody knows whether it was made: whoever waits is told that.
void Connection::lose() {
  if (std::exchange(is_lost_, true)) return;
  auto left = std::exchange(under_way_, {});
  for (auto& one : left) {
    if (!one.job) continue;
    const bool is_read = one.job->role == Role::reader;
    events_.on_done(std::move(*one.job),
                    {Error{"temporarily_unavailable", "The connection to the database was lost. Try again.",
                           "store_lost", 503, Fault::ours},
                     is_read});
  }
  events_.on_lost();
}

}  // namespace ostia::authority::postgres
