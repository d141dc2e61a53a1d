#include "store/copy.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "crypto/crypto.hpp"

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

// A row that is there as long as the copy is not whole.
constexpr std::string_view put_mark = "INSERT INTO revisions (name, value) VALUES ('restoring', $1)",
                           own_mark = "UPDATE revisions SET value = $1 WHERE name = 'restoring'",
                           check_mark = "SELECT 1 FROM revisions WHERE name = 'restoring' AND value = $1",
                           take_mark = "DELETE FROM revisions WHERE name = 'restoring'",
                           find_mark = "SELECT 1 FROM revisions WHERE name = 'restoring'";

Result<bool> has_rows(Store& store, std::string_view select) {
  auto rows = store.query_now({select, {}});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

Status check_empty(Store& to) {
  for (const std::string_view select :
       {"SELECT 1 FROM tenant_objects LIMIT 1", "SELECT 1 FROM users LIMIT 1", "SELECT 1 FROM root_keys LIMIT 1",
        "SELECT 1 FROM signing_keys LIMIT 1", "SELECT 1 FROM logs LIMIT 1"}) {
    const auto found = has_rows(to, select);
    if (!found) return found.error();
    if (*found)
      return caller_error("invalid_option",
                          "--database: there is an authority in that database already: nothing is written over it. "
                          "Name an empty one",
                          "invalid_option");
  }
  return ok();
}

std::string_view delete_from(const std::string& table) {
  static std::map<std::string, std::string> texts;
  std::string& text = texts[table];
  if (text.empty()) text = "DELETE FROM " + table;
  return text;
}

// What a copy before has left: all tables that this program knows, whatever that copy came to.
Status clear(Store& to) {
  for (const auto& step : migrations())
    for (const std::string_view sql : step) {
      constexpr std::string_view makes = "CREATE TABLE ";
      if (!sql.starts_with(makes)) continue;
      const std::string table(sql.substr(makes.size(), sql.find(' ', makes.size()) - makes.size()));
      if (table == "revisions") continue;
      if (auto cleared = to.commit_now({{delete_from(table), {}}});
          !cleared && cleared.error().reason != "store_failed")
        return std::move(cleared).error();  // a later step may have taken a table away
    }
  return ok();
}

// The mark says whose copy it is: one that is still under way elsewhere finds that it has been taken over.
Status begin_copy(Store& to, std::int64_t name) {
  const auto is_half = has_rows(to, find_mark);
  if (!is_half) return is_half.error();
  if (*is_half) {
    if (auto taken = to.commit_now({{own_mark, {name}}}); !taken) return std::move(taken).error();
    return clear(to);
  }
  if (auto empty = check_empty(to); !empty) return empty;
  // A new store has revisions of its own.
  auto begun = to.commit_now({{"DELETE FROM revisions", {}}, {put_mark, {name}}});
  return begun ? ok() : Status(std::move(begun).error());
}

}  // namespace

Status copy_store(Store& from, Store& to) {
  constexpr std::size_t most_at_once = 2'000;
  const std::string bytes = random_bytes(sizeof(std::int64_t));
  std::int64_t name = 0;
  std::memcpy(&name, bytes.data(), sizeof name);
  if (auto begun = begin_copy(to, name); !begun) return begun;
  const Statement is_ours{check_mark, {name}, true};
  std::vector<Statement> batch = {is_ours, {"DELETE FROM revisions WHERE name <> 'restoring'", {}}};
  const auto write = [&]() -> Status {
    auto written = to.commit_now(std::exchange(batch, {is_ours}));
    if (written) return ok();
    if (written.error().reason == "store_unmatched")
      return caller_error("invalid_option", "--database: another restore into that database has begun meanwhile",
                          "invalid_option");
    return std::move(written).error();
  };
  auto read = from.read_all([&](const std::string& table, const std::vector<std::string>& columns, const Row& row) {
    batch.push_back({insert_into(table, columns), row});
    return batch.size() < most_at_once ? ok() : write();
  });
  if (!read) return read;
  batch.push_back({take_mark, {}});
  return write();
}

Status check_restored(Store& store) {
  const auto is_half = has_rows(store, find_mark);
  if (!is_half) return is_half.error();
  return *is_half ? Status(caller_error("invalid_option",
                                        "a restore into this database was begun and not finished: run `ostia restore` "
                                        "into it again",
                                        "invalid_option"))
                  : ok();
}

}  // namespace ostia::authority
