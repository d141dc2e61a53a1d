#include "tenant/administrators.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view tenant_changed = "UPDATE revisions SET value = value + 1 WHERE name = 'tenant'";
constexpr const char* moved = "administrators";  // of `revisions`: that the move has been made

}  // namespace

Async<bool> is_administrator(Store& store, std::string user_id) {
  CO_TRY(const auto rows, store.query({"SELECT 1 FROM administrators WHERE user_id = $1", {std::move(user_id)}}));
  const bool is_one = !rows.empty();
  co_return is_one;
}

std::vector<Statement> make_administrator(const std::string& user_id, std::int64_t now) {
  return {{"INSERT INTO administrators (user_id, since) VALUES ($1, $2) ON CONFLICT DO NOTHING", {user_id, now}},
          {tenant_changed, {}}};
}

std::vector<Statement> end_administrator(const std::string& user_id) {
  return {{"DELETE FROM administrators WHERE user_id = $1", {user_id}}, {tenant_changed, {}}};
}

Result<bool> has_administrator(Store& store) {
  auto rows = store.commit_now({{"SELECT 1 FROM administrators LIMIT 1", {}}});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

bool claims_administrator(const Value& app_metadata) { return app_metadata["ostia"].find("administrator") != nullptr; }

bool take_claim(Value& profile) {
  Value* metadata = profile.find("app_metadata");
  Value* ours = metadata ? metadata->find("ostia") : nullptr;
  if (!ours || !ours->find("administrator")) return false;
  const bool is_one = (*ours)["administrator"].as_bool();
  ours->erase("administrator");
  if (ours->size() == 0) metadata->erase("ostia");
  if (metadata->size() == 0) profile.erase("app_metadata");
  return is_one;
}

Error not_by_metadata() {
  return {"invalid_body",
          "Payload validation error: 'app_metadata.ostia.administrator does not make an administrator: PATCH "
          "/api/v2/users/{id} with {\"administrator\": true} does, with the scope update:administrators'",
          "administrator_by_metadata", 400, Fault::caller};
}

Status move_administrators(Store& store, std::int64_t now) {
  auto done = store.commit_now({{"SELECT 1 FROM revisions WHERE name = $1", {moved}}});
  if (!done) return std::move(done).error();
  if (!done->empty()) return ok();
  // The text finds who may be meant; their document says who is.
  auto rows =
      store.commit_now({{"SELECT user_id, profile FROM users WHERE profile LIKE '%\"administrator\":true%'", {}}});
  if (!rows) return std::move(rows).error();
  std::vector<Statement> statements;
  for (const auto& row : *rows) {
    auto profile = json::parse(text_at(row, 1));
    if (!profile || !take_claim(*profile)) continue;
    for (auto& statement : make_administrator(text_at(row, 0), now)) statements.push_back(std::move(statement));
    statements.push_back({"UPDATE users SET profile = $2, version = version + 1 WHERE user_id = $1",
                          {text_at(row, 0), json::write(*profile)}});
  }
  statements.push_back({"INSERT INTO revisions (name, value) VALUES ($1, 1) ON CONFLICT DO NOTHING", {moved}});
  if (auto kept = store.commit_now(std::move(statements)); !kept) return std::move(kept).error();
  return ok();
}

}  // namespace ostia::authority
