// Users over HTTP: listed, searched, looked up.
#include <algorithm>

#include "accounts/users.hpp"
#include "base/address.hpp"
#include "management/page.hpp"
#include "management/search.hpp"
#include "management/user_handlers.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t most_found = 1000;  // the vendor's limit of what a search can be paged through
constexpr std::int64_t batch_size = 100;   // users that are read at once

struct Sort {
  std::string field = "created_at";
  bool descending = false;
};

Result<Sort> read_sort(const Parameters& query) {
  if (!query.has("sort")) return Sort{};
  const auto text = query.get("sort");
  const auto colon = text.rfind(':');
  const auto direction = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (colon == text.npos || colon == 0 || (direction != "1" && direction != "-1"))
    return invalid_query("'String does not match pattern' on property sort (field:1 or field:-1).");
  return Sort{std::string(text.substr(0, colon)), direction == "-1"};
}

struct Found {
  std::string key, id;
  std::optional<double> number;
};

struct Looked {
  std::vector<Found> first;
  std::int64_t total = 0;
};

Value at_path(const Value& document, std::string_view path) {
  Value v = document;
  for (const auto part : text::split(path, '.')) v = Value(v[part]);
  return v;
}

bool comes_before(const Found& x, const Found& y, bool descending) {
  const Found &low = descending ? y : x, &high = descending ? x : y;
  if (low.number && high.number) return *low.number < *high.number;
  return low.key < high.key;
}

// What a search finds: how many, and the first of them in their order. Memory does not grow with the rest.
class Best {
 public:
  Best(Sort sort, std::int64_t wanted) : sort_(std::move(sort)), wanted_(static_cast<std::size_t>(wanted)) {}

  void add(const Value& document) {
    ++total_;
    const Value key = at_path(document, sort_.field);
    kept_.push_back({text::lower(key.is_bool() ? (key.as_bool() ? "1" : "0") : key.text()), document["user_id"].text(),
                     key.is_number() ? key.as_double() : std::nullopt});
    if (kept_.size() >= 2 * wanted_ + 1000) shorten();
  }
  Looked finish() {
    shorten();
    return {std::move(kept_), total_};
  }

 private:
  void shorten() {  // of equal ones those that came first
    std::stable_sort(kept_.begin(), kept_.end(),
                     [&](const Found& x, const Found& y) { return comes_before(x, y, sort_.descending); });
    if (kept_.size() > wanted_) kept_.resize(wanted_);
  }

  Sort sort_;
  std::size_t wanted_;
  std::vector<Found> kept_;
  std::int64_t total_ = 0;
};

// Looks at everybody, a page at a time.
Async<Looked> scan(Authority& a, Query query, Sort sort, std::int64_t wanted, LongReads::TurnPtr turn) {
  Best best(std::move(sort), wanted);
  for (std::string after;;) {
    CO_TRY_VOID(turn->next());
    CO_TRY(const auto batch, read_documents(a, after, batch_size));
    for (const auto& document : batch) {
      after = document["user_id"].text();
      if (query.matches(document)) best.add(document);
    }
    if (static_cast<std::int64_t>(batch.size()) < batch_size) break;
  }
  co_return best.finish();
}

// What the store can look up by itself.
Async<std::optional<Looked>> look_up(Authority& a, Query query) {
  const auto email = query.demands("email");
  if (!email) co_return std::optional<Looked>();
  std::vector<Found> out;
  for (const auto& spelling : spellings_of(*email)) {
    CO_TRY(
        const auto rows,
        a.store.query({"SELECT user_id FROM users WHERE email = $1 AND email <> '' AND linked_to = ''", {spelling}}));
    for (const auto& row : rows) {
      CO_TRY(const auto user, find_user(a.store, text_at(row, 0)));
      if (!user) continue;
      CO_TRY(const auto document, read_document(a, *user, false));
      if (query.matches(document)) out.push_back({{}, user->id, {}});
    }
  }
  const auto total = static_cast<std::int64_t>(out.size());
  co_return std::optional(Looked{std::move(out), total});
}

// The first `wanted` of those found, and how many there are.
Async<Looked> search(Authority& a, Query query, Sort sort, std::int64_t wanted, LongReads::TurnPtr turn) {
  CO_TRY(auto found, look_up(a, query));
  if (found) co_return *std::move(found);
  CO_RETURN(scan(a, std::move(query), std::move(sort), wanted, std::move(turn)));
}

// A page of them. Each is some reads more: a few at a turn.
Async<std::vector<Value>> documents_of(Authority& a, std::vector<Found> found, std::int64_t start, std::int64_t count,
                                       Parameters query, bool with_tokens, LongReads::TurnPtr turn) {
  constexpr std::int64_t at_a_turn = 20;
  std::vector<Value> out;
  for (auto i = start; i < std::min(static_cast<std::int64_t>(found.size()), start + count); ++i) {
    if ((i - start) % at_a_turn == at_a_turn - 1) CO_TRY_VOID(turn->next());
    CO_TRY(const auto user, find_user(a.store, found[static_cast<std::size_t>(i)].id));
    if (!user) continue;
    CO_TRY(auto document, read_document(a, *user, with_tokens));
    out.push_back(selected(std::move(document), query));
  }
  co_return out;
}

// Everybody, in the order of their making: the store pages by itself.
Handling list_all(Authority& a, Call call, Page page, LongReads::TurnPtr turn) {
  CO_TRY_VOID(turn->next());
  CO_TRY(const auto count, a.store.query({"SELECT count(*) FROM users WHERE linked_to = ''", {}}));
  CO_TRY(
      const auto rows,
      a.store.query({"SELECT user_id FROM users WHERE linked_to = '' ORDER BY created_at, user_id LIMIT $1 OFFSET $2",
                     {page.per_page, page.start()}}));
  std::vector<Found> found;
  for (const auto& row : rows) found.push_back({{}, text_at(row, 0), {}});
  CO_TRY(auto documents,
         documents_of(a, std::move(found), 0, page.per_page, call.query, call.has_scope("read:user_idp_tokens"), turn));
  co_return page_of(page, "users", std::move(documents), int_at(count.first(), 0));
}

// From a checkpoint on, in the order of the ids, what the query finds.
Handling list_from(Authority& a, Call call, Page page, Query query, std::int64_t at_once, LongReads::TurnPtr turn) {
  const auto wanted = static_cast<std::size_t>(page.per_page);
  std::vector<Value> found;
  for (std::string after = page.after; found.size() < wanted;) {
    CO_TRY_VOID(turn->next());
    CO_TRY(auto batch, read_documents(a, after, at_once));
    for (auto& document : batch) {
      after = document["user_id"].text();
      if (query.matches(document)) found.push_back(std::move(document));
      if (found.size() == wanted) break;
    }
    if (static_cast<std::int64_t>(batch.size()) < at_once) break;
  }
  const bool may_have_more = found.size() == wanted;
  const std::string last = found.empty() ? "" : found.back()["user_id"].text();
  for (auto& document : found) document = selected(std::move(document), call.query);
  Value body = Value::object({{"users", Value::array(std::move(found))}});
  if (may_have_more) body.set("next", text::base64url_encode(last));
  co_return Reply{200, std::move(body)};
}

// What the query finds, in the order that is asked for.
Handling list_found(Authority& a, Call call, Page page, Query query, Sort sort, LongReads::TurnPtr turn) {
  CO_TRY_VOID(turn->next());
  CO_TRY(auto found, search(a, std::move(query), std::move(sort), page.start() + page.per_page, turn));
  CO_TRY(auto documents, documents_of(a, std::move(found.first), page.start(), page.per_page, call.query,
                                      call.has_scope("read:user_idp_tokens"), turn));
  co_return page_of(page, "users", std::move(documents), found.total);
}

Handling list_of_email(Authority& a, Call call, std::string email, LongReads::TurnPtr turn) {
  CO_TRY_VOID(turn->next());
  CO_TRY(auto found, search(a, Query::of_field("email", email), {}, most_found, turn));
  CO_TRY(auto documents, documents_of(a, std::move(found.first), 0, most_found, call.query,
                                      call.has_scope("read:user_idp_tokens"), turn));
  co_return Reply{200, Value::array(std::move(documents))};
}

// `q` and `connection`, both of which count.
Result<Query> read_query(const Parameters& parameters) {
  auto query = Query::parse(parameters.get("q"));
  if (!query) {
    Error e = std::move(query).error();
    e.description = "Query syntax error: " + e.description;
    return e;
  }
  const auto connection = parameters.get("connection");
  return connection.empty() ? *std::move(query)
                            : Query::both(Query::of_field("identities.connection", connection), *query);
}

Handling list_users(Authority& a, Call call) {
  const auto page = read_page(call.query, 50, Cursor::name);
  if (!page) co_return page.error();
  const auto sort = read_sort(call.query);
  if (!sort) co_return sort.error();
  auto query = read_query(call.query);
  if (!query) co_return std::move(query).error();
  const std::string caller = caller_of(call);
  const bool finds_all = call.query.get("q").empty() && call.query.get("connection").empty();
  if (page->checkpoint) {
    if (call.query.has("sort"))
      co_return invalid_query("'Cannot be combined with from and take, which go by user_id' on property sort.");
    const auto at_once = finds_all ? page->per_page : batch_size;
    CO_RETURN(a.long_reads.run<Reply>(caller, [&a, call, page, query, at_once](LongReads::TurnPtr turn) {
      return list_from(a, call, *page, *query, at_once, std::move(turn));
    }));
  }
  if (page->start() >= most_found)
    co_return api_error(
        400, "invalid_paging",
        "You can only page through the first 1000 records. Use from and take, or an export job, for more.");
  if (finds_all && !call.query.has("sort"))
    CO_RETURN(a.long_reads.run<Reply>(
        caller, [&a, call, page](LongReads::TurnPtr turn) { return list_all(a, call, *page, std::move(turn)); }));
  CO_RETURN(a.long_reads.run<Reply>(caller, [&a, call, page, query, sort](LongReads::TurnPtr turn) {
    return list_found(a, call, *page, *query, *sort, std::move(turn));
  }));
}

Handling list_by_email(Authority& a, Call call) {
  const std::string email(call.query.get("email"));
  if (!is_email(email)) co_return invalid_query("'Object didn't pass validation for format email' on property email.");
  CO_RETURN(a.long_reads.run<Reply>(caller_of(call), [&a, call, email](LongReads::TurnPtr turn) {
    return list_of_email(a, call, email, std::move(turn));
  }));
}

}  // namespace

Routes user_search_routes() {
  return {
      on("GET", "users", "read:users", "list_users", "List or search users", list_users)
          .asks({"page", "per_page", "include_totals", "sort", "connection", "fields", "include_fields", "q",
                 "search_engine", "primary_order", "from", "take"}),
      on("GET", "users-by-email", "read:users", "list_users_by_email", "Find users by e-mail", list_by_email)
          .asks({"email", "fields", "include_fields"}),
  };
}

}  // namespace ostia::authority::management
