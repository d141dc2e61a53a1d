#include "store/verify.hpp"

#include <algorithm>
#include <map>

#include "ostia/json/value.hpp"

namespace ostia::authority {
namespace {

enum class Form : std::uint8_t { json, sealed };

// What can be read of a row, and what the row is called.
struct Column {
  const char *table, *name;
  Form kept;
  const char *what, *known_by;
};
constexpr Column columns_to_read[] = {
    {"users", "profile", Form::json, "the profile of the user", "user_id"},
    {"users", "sealed_tokens", Form::sealed, "the upstream tokens of the user", "user_id"},
    {"tenant_objects", "body", Form::json, "the document", "id"},
    {"sessions", "body", Form::json, "the session", "id"},
    {"refresh_tokens", "body", Form::json, "the refresh token", "id"},
    {"logs", "body", Form::json, "the entry of the log", "id"},
    {"signing_keys", "sealed_key", Form::sealed, "the signing key", "kid"},
    {"authenticators", "sealed", Form::sealed, "the second factor", "id"},
    {"messages", "sealed", Form::sealed, "the message", "id"},
};

struct Strays {
  const char* what;
  std::string_view select;
};
// What belongs to somebody who is not there.
constexpr Strays strays[] = {
    {"sessions",
     "SELECT count(*), min(id) FROM sessions WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = "
     "sessions.user_id)"},
    {"refresh tokens",
     "SELECT count(*), min(id) FROM refresh_tokens WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = "
     "refresh_tokens.user_id)"},
    {"second factors",
     "SELECT count(*), min(id) FROM authenticators WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = "
     "authenticators.user_id)"},
    {"roles",
     "SELECT count(*), min(user_id) FROM user_roles WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = "
     "user_roles.user_id)"},
    {"memberships",
     "SELECT count(*), min(user_id) FROM organization_members WHERE NOT EXISTS (SELECT 1 FROM users WHERE "
     "users.user_id = organization_members.user_id)"},
    {"linked accounts",
     "SELECT count(*), min(user_id) FROM users l WHERE linked_to <> '' AND NOT EXISTS (SELECT 1 FROM users WHERE "
     "users.user_id = l.linked_to)"},
};
// Tables whose rows are counted, as people call them.
constexpr std::pair<const char*, const char*> counted[] = {
    {"users", "users"},
    {"sessions", "sessions"},
    {"refresh_tokens", "refresh tokens"},
    {"tenant_objects", "documents"},
    {"signing_keys", "signing keys"},
    {"messages", "messages"},
};

const std::string& cell_named(std::string_view name, const std::vector<std::string>& columns, const Row& row) {
  const auto at = std::find(columns.begin(), columns.end(), name) - columns.begin();
  return text_at(row, static_cast<std::size_t>(at));
}

// What is wrong with a row.
void read_row(const std::string& table, const std::vector<std::string>& columns, const Row& row, const Secrets& secrets,
              const std::function<void(const std::string&)>& find) {
  for (const auto& c : columns_to_read) {
    if (table != c.table) continue;
    const std::string& text = cell_named(c.name, columns, row);
    const bool is_json = c.kept == Form::json,
               is_good = is_json ? json::parse(text).has_value()
                                 : text.empty() ||
                                       secrets.open(text, {c.table, cell_named(c.known_by, columns, row), c.name});
    if (!is_good)
      find(std::string(c.what) + " \"" + cell_named(c.known_by, columns, row) + "\" " +
           (is_json ? "is no JSON" : "does not open with this master key"));
  }
}

}  // namespace

Result<StoreReport> verify_store(Store& store, const Secrets& secrets,
                                 const std::function<void(const std::string&)>& tell) {
  StoreReport report;
  const auto find = [&](const std::string& finding) {
    ++report.findings;
    tell(finding);
  };
  const auto damage = store.find_damage();
  if (!damage) return damage.error();
  for (const auto& one : *damage) find(one);
  std::map<std::string, std::int64_t> counts;
  auto read = store.read_what_can_be(
      [&](const std::string& table, const std::vector<std::string>& columns, const Row& row) {
        ++counts[table];
        read_row(table, columns, row, secrets, find);
        return ok();
      },
      find);
  if (!read) find("not all can be read: " + read.error().description);
  for (const auto& [table, name] : counted) report.counts.emplace_back(name, counts[table]);
  for (const auto& [what, select] : strays) {
    const auto rows = store.query_now({select, {}});
    if (!rows) {
      find("whom the " + std::string(what) + " belong to cannot be read: " + rows.error().description);
      continue;
    }
    const auto count = int_at(rows->first(), 0);
    if (count > 0)
      find(std::to_string(count) + " " + what + " belong to nobody who is there, such as \"" +
           text_at(rows->first(), 1) + "\"");
  }
  return report;
}

}  // namespace ostia::authority
