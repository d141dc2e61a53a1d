#include "management/page.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {

using json::Value;

namespace {

Result<std::int64_t> number(const Parameters& query, const char* name, std::int64_t otherwise, std::int64_t least,
                            std::int64_t most) {
  if (query.get(name).empty()) return otherwise;
  const auto value = text::parse_int(query.get(name));
  if (!value)
    return invalid_query("'Expected type integer but found type string' on property " + std::string(name) + ".");
  if (*value < least)
    return invalid_query("'Value " + text::decimal(*value) + " is less than minimum " + text::decimal(least) +
                         "' on property " + name + ".");
  if (*value > most)
    return invalid_query("'Value " + text::decimal(*value) + " is greater than maximum " + text::decimal(most) +
                         "' on property " + name + ".");
  return *value;
}

}  // namespace

std::optional<bool> flag(const Parameters& query, std::string_view name) {
  const auto value = query.get(name);
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return {};
}

// AZ-1207 · Auth0: pagination
Result<Page> read_page(const Parameters& query, std::int64_t per_page, Cursor cursor) {
  constexpr std::int64_t furthest = 1'000'000, furthest_place = 1'000'000'000;
  Page out;
  auto page = number(query, "page", 0, 0, furthest);
  if (!page) return std::move(page).error();
  auto size = number(query, "per_page", per_page, 0, 100);
  if (!size) return std::move(size).error();
  auto take = number(query, "take", per_page, 1, 100);
  if (!take) return std::move(take).error();
  out.page = *page;
  out.per_page = *size;
  out.include_totals = flag(query, "include_totals").value_or(false);
  out.checkpoint = !query.get("take").empty() || !query.get("from").empty();
  if (out.checkpoint) {
    out.per_page = *take;
    out.page = 0;
    if (!query.get("from").empty()) {
      const auto from = text::base64url_decode(query.get("from"));
      const auto place = from && cursor == Cursor::place ? text::parse_int(*from) : std::optional<std::int64_t>(0);
      if (!from || !place || *place < 0 || *place > furthest_place)
        return invalid_query("'from' must be the 'next' of the page before.");
      out.place = *place;
      if (cursor == Cursor::name) out.after = *from;
    }
  }
  return out;
}

Reply page_of(const Page& page, const char* name, std::vector<Value> items, std::int64_t total) {
  const auto length = static_cast<std::int64_t>(items.size());
  Value list = Value::array(std::move(items));
  if (!page.include_totals) return {200, std::move(list)};
  return {200, Value::object({{"start", page.start()},
                              {"limit", page.per_page},
                              {"length", length},
                              {"total", total},
                              {name, std::move(list)}})};
}

Reply paged(const Page& page, const char* name, const std::vector<Value>& all) {
  const auto total = static_cast<std::int64_t>(all.size());
  const auto end = std::min(total, page.start() + page.per_page);
  std::vector<Value> items;
  for (auto at = page.start(); at < end; ++at) items.push_back(all[static_cast<std::size_t>(at)]);
  if (!page.checkpoint) return page_of(page, name, std::move(items), total);
  Value body = Value::object({{name, Value::array(std::move(items))}});
  if (end < total) body.set("next", text::base64url_encode(text::decimal(end)));
  return {200, std::move(body)};
}

Reply counted(const Page& page, const char* name, const std::vector<Value>& all) {
  Reply reply = paged(page, name, all);
  if (page.checkpoint) return reply;
  Value items = page.include_totals ? reply.body[name] : std::move(reply.body);
  reply.body = Value::object(
      {{name, std::move(items)}, {"total", all.size()}, {"page", page.page}, {"per_page", page.per_page}});
  return reply;
}

Value selected(Value item, const Parameters& query) {
  const auto fields = query.get("fields");
  if (fields.empty() || !item.is_object()) return item;
  const bool include = flag(query, "include_fields").value_or(true);
  std::vector<std::string> names;
  for (const auto word : text::split(fields, ',')) names.emplace_back(word);
  Value out = Value::object();
  for (const auto& [key, value] : item.members())
    if (contains(names, key) == include) out.set(key, value);
  return out;
}

}  // namespace ostia::authority::management
