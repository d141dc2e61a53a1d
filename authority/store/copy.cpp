#include "store/copy.hpp"

#include <algorithm>
#include <map>

namespace ostia::authority {
namespace {

// Stores know statements by their text, which must stay: there are as many as tables.
std::string_view insert_into(const std::string& table, const std::vector<std::string>& columns) {
  static std::map<std::string, std::string> texts;
  std::string& text = texts[table];
  if (text.empty()) {
    std::string names, values;
    for (const auto& column : columns) {
      const std::string comma = names.empty() ? "" : ", ";
      names += comma + column;
      values += comma + "$" + std::to_string(std::count(names.begin(), names.end(), ',') + 1);
    }
    text.append("INSERT INTO ")
        .append(table)
        .append(" (")
        .append(names)
        .append(") VALUES (")
        .append(values)
        .append(")");
  }
  return text;
}

}  // namespace

Status copy_store(Store& from, Store& to) {
  constexpr std::size_t most_at_once = 2'000;
  auto objects = to.commit_now({{"SELECT count(*) FROM tenant_objects", {}}});
  if (!objects) return std::move(objects).error();
  if (int_at(objects->first(), 0) > 0)
    return caller_error("invalid_option", "--database: there is an authority in that database already",
                        "invalid_option");
  std::vector<Statement> batch = {{"DELETE FROM revisions", {}}};  // a new store has some
  const auto write = [&]() -> Status {
    if (auto written = to.commit_now(std::exchange(batch, {})); !written) return std::move(written).error();
    return ok();
  };
  auto read = from.read_all([&](const std::string& table, const std::vector<std::string>& columns, const Row& row) {
    batch.push_back({insert_into(table, columns), row});
    return batch.size() < most_at_once ? ok() : write();
  });
  return read ? write() : std::move(read);
}

}  // namespace ostia::authority
