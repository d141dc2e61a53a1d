#include "store/postgres/servers.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/log.hpp"
#include "crypto/crypto.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::postgres {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 3s;  // with one server, and with each statement of the setup

// A plan that was made while a table was small must not stay. What takes longer than these is called off by the server
// before whoever waits for it is told (`patience` of the store); a commit that waits for its replica is not: the limit
// is of statements, and one that is called off there would look like one that is safe.
constexpr const char* session = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; ";
constexpr const char* reading = "SET default_transaction_read_only = on; SET statement_timeout = '9s'; LISTEN ostia";
constexpr const char* writing = "SET default_transaction_isolation = 'serializable'; SET statement_timeout = '7s'";

// The timeline is that of the log that is written now: what the control file says is as old as the last checkpoint.
constexpr const char* ask_lineage =
    "SELECT system_identifier::text, CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
    "('x' || left(pg_walfile_name(CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END), "
    "8))::bit(32)::bigint END FROM pg_control_system()";

Result<Handle> connect(const Server& s, const char* attributes) {
  // What stands before `dbname` may be set otherwise in the URL; after it, one of its servers is chosen.
  const std::array names = {"application_name",
                            "target_session_attrs",
                            "connect_timeout",
                            "tcp_user_timeout",
                            "keepalives_idle",
                            "client_encoding",
                            "dbname",
                            "host",
                            "hostaddr",
                            "port",
                            static_cast<const char*>(nullptr)};
  const std::array values = {"ostia",
                             attributes,
                             "3",
                             "10000",
                             "10",
                             "UTF8",
                             s.url.c_str(),
                             s.host.c_str(),
                             s.address.c_str(),
                             s.port.c_str(),
                             static_cast<const char*>(nullptr)};
  Handle handle(PQconnectdbParams(names.data(), values.data(), 1));
  if (PQstatus(handle.get()) != CONNECTION_OK)
    return Error{"server_error", "the database: " + std::string(text::trimmed(PQerrorMessage(handle.get()))),
                 "store_cannot_open", 0, Fault::ours};
  PQsetNoticeProcessor(handle.get(), [](void*, const char*) {}, nullptr);  // standard error is the log's
  return handle;
}

// A server that does not say it, being another kind of PostgreSQL, is taken as it is.
Result<Lineage> lineage_of(PGconn* connection, const std::string& server) {
  const auto row = run(connection, ask_lineage, patience);
  if (row) return Lineage{text_at(row->first(), 0), int_at(row->first(), 1)};
  if (PQstatus(connection) != CONNECTION_OK || row.error().reason == "store_unavailable") return row.error();
  static std::atomic<bool> is_told = false;
  if (!is_told.exchange(true))
    log_event("warning", "database_lineage_unknown", {{"server", server}, {"what", row.error().description}});
  return Lineage{};
}

Result<Open> open_one(const Server& server, Role role, Lineages& lineages) {
  auto handle = connect(server, "read-write");
  if (!handle) return std::move(handle).error();
  auto lineage = lineage_of(handle->get(), server.name());
  if (!lineage) return std::move(lineage).error();
  if (lineage->timeline > 0)
    if (const auto standing = lineages.meet(server.name(), *lineage);
        standing == Standing::old_primary || standing == Standing::other_system)
      return lineages.refusal(standing, server.name());
  const std::string setup = std::string(session) + (role == Role::reader ? reading : writing);
  if (auto done = run(handle->get(), setup, patience); !done) return std::move(done).error();
  return Open{*std::move(handle), *std::move(lineage), 0};
}

std::vector<std::string> list_of(const char* text) {
  std::vector<std::string> out;
  if (text && *text)
    for (const auto one : text::split(text, ',')) out.emplace_back(one);
  return out;
}

// libpq's own rule: one port is everybody's.
std::string part(const std::vector<std::string>& list, std::size_t i) {
  return list.empty() ? "" : list.size() == 1 ? list.front() : i < list.size() ? list[i] : "";
}

Error pooled(const Server& server) {
  return {"server_error",
          "--database: what answers at " + server.name() +
              " gives a session to several clients at a time, as PgBouncer does with pool_mode = transaction or "
              "statement. Settings, prepared statements and LISTEN belong to a session: set pool_mode = session, or "
              "name PostgreSQL itself",
          "invalid_option", 0, Fault::caller};
}

// What is set in one session shows in another one only if they are the same. A pooler is known by the process that it
// names: that is none of the server's.
Status check_session(const Server& server, PGconn* connection) {
  constexpr int others = 3;
  const auto process = run(connection, "SELECT pg_backend_pid()", patience);
  if (!process) return process.error();
  if (int_at(process->first(), 0) == PQbackendPID(connection)) return ok();
  const std::string mark = random_id();
  if (auto marked = run(connection, "SET ostia.session = '" + mark + "'", patience); !marked) return marked.error();
  std::vector<Handle> held;
  for (int i = 0; i < others; ++i) {
    auto other = connect(server, "any");
    if (!other) break;  // it has no room for more, so it shares nothing
    const auto begun = run(other->get(), "BEGIN", patience);
    if (!begun && begun.error().reason == "store_unavailable") break;
    const auto seen = run(other->get(), "SELECT current_setting('ostia.session', true)", patience);
    if (!begun || (seen && text_at(seen->first(), 0) == mark)) return pooled(server);
    held.push_back(*std::move(other));
  }
  const auto own = run(connection, "SELECT current_setting('ostia.session', true)", patience);
  return own && text_at(own->first(), 0) == mark ? ok() : Status(pooled(server));
}

}  // namespace

std::string Server::name() const {
  if (host.empty() && address.empty()) return "the server of --database";
  return (host.empty() ? address : host) + (port.empty() ? "" : ":" + port);
}

Result<std::vector<Server>> servers_of(const std::string& url) {
  char* said = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), &said),
                                                                             PQconninfoFree);
  if (!options) {
    PQfreemem(said);  // it may have a password in it
    return Error{"invalid_option", "--database: the URL cannot be read", "invalid_option", 0, Fault::caller};
  }
  std::vector<std::string> hosts, addresses, ports;
  for (const auto* o = options.get(); o->keyword; ++o) {
    const std::string_view keyword = o->keyword;
    if (keyword == "host") hosts = list_of(o->val);
    if (keyword == "hostaddr") addresses = list_of(o->val);
    if (keyword == "port") ports = list_of(o->val);
  }
  std::vector<Server> out;
  const std::size_t count = std::max<std::size_t>({hosts.size(), addresses.size(), 1});
  for (std::size_t i = 0; i < count; ++i) out.push_back({url, part(hosts, i), part(addresses, i), part(ports, i)});
  return out;
}

Result<Open> open_session(const std::vector<Server>& servers, std::size_t first, Role role, Lineages& lineages) {
  std::string whys;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::size_t which = (first + i) % servers.size();
    auto opened = open_one(servers[which], role, lineages);
    if (opened) opened->server = which;
    if (opened || i + 1 == servers.size()) {
      if (!opened) opened.error().description.insert(0, whys);
      return opened;
    }
    whys += opened.error().description + "; ";
  }
  return Error{"server_error", "the database: there is none", "store_cannot_open", 0, Fault::caller};
}

Lookout::Lookout(std::vector<Server> servers, Lineages& lineages) : lineages_(lineages) {
  for (auto& server : servers) posts_.push_back({std::move(server), {}, {}});
}

bool Lookout::look() {
  bool is_newer = false;
  for (auto& post : posts_) is_newer = look_at(post) || is_newer;
  return is_newer;
}

// After a while it connects anew: the name may lead elsewhere by then.
bool Lookout::look_at(Post& post) {
  constexpr auto longest = 10s;
  if (!post.handle || Clock::now() >= post.until) {
    post.handle.reset();
    auto connected = connect(post.server, "any");
    if (!connected) return false;
    post.handle = *std::move(connected);
    post.until = Clock::now() + longest;
  }
  const auto row = run(post.handle.get(), ask_lineage, patience);
  const bool is_broken =
      !row && (PQstatus(post.handle.get()) != CONNECTION_OK || row.error().reason == "store_unavailable");
  if (is_broken) post.handle.reset();
  if (!row || int_at(row->first(), 1) == 0) return false;  // a replica
  return lineages_.meet(post.server.name(), {text_at(row->first(), 0), int_at(row->first(), 1)}) == Standing::newer;
}

Status check_sessions(const std::vector<Server>& servers) {
  for (const auto& server : servers)
    if (auto connected = connect(server, "any"); connected)
      if (auto checked = check_session(server, connected->get()); !checked) return checked;
  return ok();
}

}  // namespace ostia::authority::postgres
