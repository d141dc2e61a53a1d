// The tenant's log, and the counts that are made of it.
#include "management/page.hpp"
#include "management/search.hpp"
#include "management/user_handlers.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t day = 24 * 3600, batch_size = 500, most_scanned = 200'000;

Value entry_of(const Row& row) {
  auto body = json::parse(text_at(row, 1));
  Value out = body ? *std::move(body) : Value::object();
  out.set("_id", text_at(row, 0));
  out.set("log_id", text_at(row, 0));
  return out;
}

// Newest first, what `query` takes: the entries of the page, and how many there are.
struct Scanned {
  std::vector<Value> items;
  std::int64_t total = 0;
};
Async<Scanned> scan(Authority& a, Query query, bool ascending, std::int64_t start, std::int64_t count,
                    LongReads::TurnPtr turn) {
  Scanned out;
  std::string after = ascending ? "" : "~";  // after every id
  for (std::int64_t seen = 0; seen < most_scanned; seen += batch_size) {
    CO_TRY_VOID(turn->next());
    CO_TRY(const auto rows,
           a.store.query({ascending ? "SELECT id, body FROM logs WHERE id > $1 ORDER BY id LIMIT $2"
                                    : "SELECT id, body FROM logs WHERE id < $1 ORDER BY id DESC LIMIT $2",
                          {after, batch_size}}));
    for (const auto& row : rows) {
      after = text_at(row, 0);
      Value entry = entry_of(row);
      if (!query.matches(entry)) continue;
      if (out.total >= start && out.total < start + count) out.items.push_back(std::move(entry));
      ++out.total;
    }
    if (static_cast<std::int64_t>(rows.size()) < batch_size) break;
  }
  co_return out;
}

// From an entry on, oldest first: how a program follows the log.
Handling list_from(Authority& a, const Call& call, const Page& page, std::string from) {
  CO_TRY(const auto rows, a.store.query({"SELECT id, body FROM logs WHERE id > $1 ORDER BY id LIMIT $2",
                                         {std::move(from), page.per_page}}));
  Value out = Value::array();
  for (const auto& row : rows) out.push_back(selected(entry_of(row), call.query));
  co_return Reply{200, std::move(out)};
}

Handling search_logs(Authority& a, Call call, std::string text) {
  CO_TRY_VOID(a.store.settle());
  Parameters without_from;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& pair : call.query.pairs())
    if (pair.first != "from") pairs.push_back(pair);
  const auto page = read_page(Parameters(pairs), 50);
  if (!page) co_return page.error();
  if (call.query.has("from") || call.query.has("take"))
    CO_RETURN(list_from(a, call, *page, std::string(call.query.get("from"))));
  auto query = Query::parse(text);
  if (!query) co_return std::move(query).error();
  const auto sort = call.query.get("sort");
  const bool ascending = sort.ends_with(":1");
  auto apart = a.long_reads.run<Scanned>(caller_of(call), [&a, query, ascending, page](LongReads::TurnPtr turn) {
    return scan(a, *query, ascending, page->start(), page->per_page, std::move(turn));
  });
  CO_TRY(auto found, std::move(apart));
  for (auto& item : found.items) item = selected(std::move(item), call.query);
  co_return page_of(*page, "logs", std::move(found.items), found.total);
}

Handling list_logs(Authority& a, Call call) {
  const std::string text(call.query.has("q") ? call.query.get("q") : call.query.get("search"));
  CO_RETURN(search_logs(a, std::move(call), text));
}

Handling list_user_logs(Authority& a, Call call) {
  const std::string text = "user_id:\"" + call.path[0] + "\"";
  CO_RETURN(search_logs(a, std::move(call), text));
}

Handling get_log(Authority& a, Call call) {
  CO_TRY_VOID(a.store.settle());
  CO_TRY(const auto rows, a.store.query({"SELECT id, body FROM logs WHERE id = $1", {call.path[0]}}));
  if (rows.empty()) co_return not_found("The log does not exist.", "inexistent_log");
  co_return Reply{200, entry_of(rows.first())};
}

// A count over many rows.
Async<Rows> query_apart(Authority& a, Statement statement, LongReads::TurnPtr turn) {
  CO_TRY_VOID(turn->next());
  CO_RETURN(a.store.query(std::move(statement)));
}

Handling daily_stats(Authority& a, Call call) {
  const auto bound = [&](const char* name, std::int64_t otherwise) {
    const auto text = call.query.get(name);  // YYYYMMDD
    const auto time = text.size() == 8
                          ? parse_iso_time(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                                           std::string(text.substr(6)) + "T00:00:00Z")
                          : std::nullopt;
    return time.value_or(otherwise);
  };
  CO_TRY_VOID(a.store.settle());
  const std::int64_t now = a.clock.now(), from = bound("from", now - 30 * day) / day * day,
                     to = bound("to", now) / day * day + day;
  auto apart = a.long_reads.run<Rows>(caller_of(call), [&a, from, to](LongReads::TurnPtr turn) {
    return query_apart(a,
                       {"SELECT at / 86400, SUM(CASE WHEN type IN ('s', 'scoa', 'sepft') THEN 1 ELSE 0 END), SUM(CASE "
                        "type WHEN 'ss' "
                        "THEN 1 ELSE 0 END) FROM logs WHERE at >= $1 AND at < $2 GROUP BY at / 86400 ORDER BY 1",
                        {from, to}},
                       std::move(turn));
  });
  CO_TRY(const auto rows, std::move(apart));
  Value out = Value::array();
  for (const auto& row : rows) {
    const std::string date = iso_time(int_at(row, 0) * day);
    out.push_back(Value::object({{"date", date},
                                 {"logins", int_at(row, 1)},
                                 {"signups", int_at(row, 2)},
                                 {"leaked_passwords", 0},
                                 {"created_at", date},
                                 {"updated_at", date}}));
  }
  co_return Reply{200, std::move(out)};
}

Handling active_users(Authority& a, Call call) {
  const std::int64_t since = a.clock.now() - 30 * day;
  auto apart = a.long_reads.run<Rows>(caller_of(call), [&a, since](LongReads::TurnPtr turn) {
    return query_apart(a, {"SELECT count(*) FROM users WHERE last_login > $1", {since}}, std::move(turn));
  });
  CO_TRY(const auto rows, std::move(apart));
  co_return Reply{200, int_at(rows.first(), 0)};
}

}  // namespace

Routes log_routes() {
  const std::vector<std::string> query = {"page",           "per_page", "include_totals", "sort", "fields",
                                          "include_fields", "from",     "take",           "q",    "search"};
  return {
      on("GET", "logs", "read:logs read:logs_users", "list_logs", "Search the log", list_logs).asks(query),
      on("GET", "logs/{id}", "read:logs read:logs_users", "get_log", "Get a log entry", get_log),
      on("GET", "users/{id}/logs", "read:logs read:logs_users", "list_user_logs", "Get a user's log", list_user_logs)
          .asks(query),
      on("GET", "stats/daily", "read:stats", "get_daily_stats", "Get logins and sign-ups by day", daily_stats)
          .asks({"from", "to"}),
      on("GET", "stats/active-users", "read:stats", "get_active_users", "Get how many have logged in within 30 days",
         active_users),
  };
}

}  // namespace ostia::authority::management
