// Lists, a page at a time: `page`, `per_page` and `include_totals`, or `from` and `take`.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

struct Page {
  std::int64_t page = 0, per_page = 50;
  bool include_totals = false;
  bool checkpoint = false;  ///< `from`/`take` were asked for
  std::string from;
  [[nodiscard]] std::int64_t start() const { return page * per_page; }
};
/// Errors: 400 `invalid_query_string`.
Result<Page> read_page(const Parameters& query, std::int64_t per_page = 50);

/// A page of items that are all at hand. `name` is what the list is called beside its totals.
Reply paged(const Page& page, const char* name, const std::vector<json::Value>& all);
/// The same for items that are the page already, of `total`.
Reply page_of(const Page& page, const char* name, std::vector<json::Value> items, std::int64_t total);

/// `fields` and `include_fields`: the members that were asked for, or all others.
json::Value selected(json::Value item, const Parameters& query);

/// A boolean of the query: nothing if it is not there.
std::optional<bool> flag(const Parameters& query, std::string_view name);

}  // namespace ostia::authority::management
