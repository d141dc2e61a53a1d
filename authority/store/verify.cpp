#include "store/verify.hpp"

#include "ostia/json/value.hpp"

namespace ostia::authority {
namespace {

// What is kept as JSON, and by what a row is known.
struct Column {
  const char* what;
  std::string_view select;
};
constexpr Column documents[] = {
    {"the profile of the user", "SELECT user_id, profile FROM users"},
    {"the document", "SELECT kind || ' ' || id, body FROM tenant_objects"},
    {"the session", "SELECT id, body FROM sessions"},
    {"the refresh token", "SELECT id, body FROM refresh_tokens"},
    {"the entry of the log", "SELECT id, body FROM logs"},
};
// What is sealed with the master key.
constexpr Column sealed[] = {
    {"the signing key", "SELECT kid, sealed_key FROM signing_keys"},
    {"the second factor", "SELECT id, sealed FROM authenticators"},
    {"the message", "SELECT id, sealed FROM messages"},
    {"the upstream tokens of the user", "SELECT user_id, sealed_tokens FROM users WHERE sealed_tokens <> ''"},
};
// What belongs to somebody who is not there.
constexpr Column strays[] = {
    {"sessions", "SELECT id FROM sessions WHERE user_id NOT IN (SELECT user_id FROM users)"},
    {"refresh tokens", "SELECT id FROM refresh_tokens WHERE user_id NOT IN (SELECT user_id FROM users)"},
    {"second factors", "SELECT id FROM authenticators WHERE user_id NOT IN (SELECT user_id FROM users)"},
    {"roles", "SELECT user_id FROM user_roles WHERE user_id NOT IN (SELECT user_id FROM users)"},
    {"memberships", "SELECT user_id FROM organization_members WHERE user_id NOT IN (SELECT user_id FROM users)"},
    {"linked accounts",
     "SELECT user_id FROM users WHERE linked_to <> '' AND linked_to NOT IN (SELECT user_id FROM users)"},
};
constexpr Column tables[] = {
    {"users", "SELECT count(*) FROM users"},
    {"sessions", "SELECT count(*) FROM sessions"},
    {"refresh tokens", "SELECT count(*) FROM refresh_tokens"},
    {"documents", "SELECT count(*) FROM tenant_objects"},
    {"signing keys", "SELECT count(*) FROM signing_keys"},
    {"messages", "SELECT count(*) FROM messages"},
};

Result<Rows> read(Store& store, std::string_view select) { return store.commit_now({{select, {}}}); }

template <class List, class Check>
Status look(Store& store, const List& list, StoreReport& report, const char* wrong, Check is_good) {
  for (const auto& [what, select] : list) {
    const auto rows = read(store, select);
    if (!rows) return rows.error();
    for (const auto& row : *rows)
      if (!is_good(text_at(row, 1)))
        report.findings.push_back(std::string(what) + " \"" + text_at(row, 0) + "\" " + wrong);
  }
  return ok();
}

}  // namespace

Result<StoreReport> verify_store(Store& store, const Sealer& secrets) {
  StoreReport report;
  const auto pages = read(store, "PRAGMA integrity_check");
  if (!pages) return pages.error();
  for (const auto& row : *pages)
    if (text_at(row, 0) != "ok") report.findings.push_back("the file: " + text_at(row, 0));
  if (auto done =
          look(store, documents, report, "is no JSON", [](const std::string& text) { return !!json::parse(text); });
      !done)
    return std::move(done).error();
  if (auto done = look(store, sealed, report, "does not open with this master key",
                       [&](const std::string& text) { return secrets.open(text).has_value(); });
      !done)
    return std::move(done).error();
  for (const auto& [what, select] : strays) {
    const auto rows = read(store, select);
    if (!rows) return rows.error();
    if (!rows->empty())
      report.findings.push_back(std::to_string(rows->size()) + " " + what +
                                " belong to nobody who is there, such as \"" + text_at(rows->front(), 0) + "\"");
  }
  for (const auto& [what, select] : tables) {
    const auto rows = read(store, select);
    if (!rows) return rows.error();
    report.counts.emplace_back(what, int_at(rows->front(), 0));
  }
  return report;
}

}  // namespace ostia::authority
