// Lists, a page at a time: `page`, `per_page` and `include_totals`, or `from` and `take`.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

/// Which items were asked for. Whatever the query says, `start` is a place from 0 on, though there may be no item
/// there.
struct Page {
  std::int64_t page = 0, per_page = 50;
  bool include_totals = false;
  bool checkpoint = false;  ///< `from`/`take` were asked for
  std::int64_t place = 0;   ///< that `from` says, of lists in a fixed order
  std::string after;        ///< that `from` says, of lists that go on behind a name
  [[nodiscard]] std::int64_t start() const { return checkpoint ? place : page * per_page; }
};
/// The parameters of every list that has pages.
inline const std::vector<std::string> page_parameters = {"page", "per_page", "include_totals", "from", "take"};
/// The same page of a list that always goes from checkpoint to checkpoint.
inline Page from_checkpoint(Page page) {
  if (!page.checkpoint) page.place = page.page * page.per_page;
  page.checkpoint = true;
  return page;
}
/// What `next` of a list is, and `from` of the page behind it.
enum class Cursor : std::uint8_t { place, name };
/// Errors: 400 `invalid_query_string`.
Result<Page> read_page(const Parameters& query, std::int64_t per_page = 50, Cursor cursor = Cursor::place);

/// A page of items that are all at hand. `name` is what the list is called beside its totals.
Reply paged(const Page& page, const char* name, const std::vector<json::Value>& all);
/// The same of a list that is always an object with `total`, `page` and `per_page`.
Reply counted(const Page& page, const char* name, const std::vector<json::Value>& all);
/// The same for items that are the page already, of `total`.
Reply page_of(const Page& page, const char* name, std::vector<json::Value> items, std::int64_t total);

/// `fields` and `include_fields`: the members that were asked for, or all others.
json::Value selected(json::Value item, const Parameters& query);

/// A boolean of the query: nothing if it is not there.
std::optional<bool> flag(const Parameters& query, std::string_view name);

}  // namespace ostia::authority::management
