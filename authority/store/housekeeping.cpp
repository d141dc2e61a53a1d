#include "store/housekeeping.hpp"

#include "protocol/age.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t hour = 3600, day = 24 * hour, month = 30 * day, year = 365 * day;
constexpr std::size_t step = 1'000;  // rows of one commit

// As many rows of a table as one commit takes. `key`: its primary key.
#define OSTIA_DELETE_SOME(table, key, condition)                                             \
  "DELETE FROM " table " WHERE (" key ") IN (SELECT " key " FROM " table " WHERE " condition \
  " LIMIT 1000) "                                                                            \
  "RETURNING 1"

// What goes by its time: the condition holds for rows that are older than `now` less `grace` seconds.
struct Expiring {
  std::string_view sql;
  std::int64_t grace = 0;
};
constexpr Expiring expiring[] = {
    {OSTIA_DELETE_SOME("sessions", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("used_tickets", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("refresh_tokens", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("revoked_grants", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("session_clients", "session_id, client_id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("one_time_codes", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("challenges", "id", "expires_at < $1")},
    {OSTIA_DELETE_SOME("kept_texts", "id", "expires_at < $1")},
    // A device that still asks is told that its code has expired, and not that there never was one.
    {OSTIA_DELETE_SOME("device_codes", "id", "expires_at < $1"), hour},
    // The vendor keeps jobs for a day, and their results are people's data.
    {OSTIA_DELETE_SOME("jobs", "id", "created_at < $1"), day},
    {OSTIA_DELETE_SOME("known_networks", "user_id, mark", "seen_at < $1"), 6 * month},
    {OSTIA_DELETE_SOME("known_browsers", "user_id, mark, country", "seen_at < $1"), year},
    {OSTIA_DELETE_SOME("attempts", "id", "updated_at < $1"), month},
    {OSTIA_DELETE_SOME("messages", "id", "at < $1 AND state <> 'queued'"), month},
};

constexpr std::string_view old_deliveries = OSTIA_DELETE_SOME("log_deliveries", "stream_id, log_id", "at < $1");
constexpr std::string_view old_entries = OSTIA_DELETE_SOME("logs", "id", "at < $1");
// What a stream has not taken stays until it has, or its time is over.
constexpr std::string_view surplus_refusals = OSTIA_DELETE_SOME(
    "logs", "id", "by_count = 1 AND at < $1 AND NOT EXISTS (SELECT 1 FROM log_deliveries WHERE log_id = logs.id)");

class Deletion {
 public:
  Deletion(Store& store, const std::function<bool()>& is_stopping) : store_(store), is_stopping_(is_stopping) {}

  // How many rows have gone.
  Result<std::int64_t> run(std::string_view sql, std::int64_t before) {
    std::int64_t count = 0;
    for (std::size_t last = step; last == step && !is_stopping_();) {
      const auto gone = store_.commit_now({{sql, {before}}});
      if (!gone) return gone.error();
      last = gone->size();
      count += static_cast<std::int64_t>(last);
    }
    return count;
  }

 private:
  Store& store_;
  const std::function<bool()>& is_stopping_;
};

// When the last of the refusals that are kept was written; 0 if there are fewer.
Result<std::int64_t> oldest_refusal(Store& store, std::int64_t kept) {
  const auto rows =
      store.commit_now({{"SELECT at FROM logs WHERE by_count = 1 ORDER BY at DESC LIMIT 1 OFFSET $1", {kept}}});
  if (!rows) return rows.error();
  return int_at(rows->first(), 0);
}

}  // namespace

Result<Removed> delete_expired(Store& store, std::int64_t now, LogRetention log,
                               const std::function<bool()>& is_stopping) {
  Deletion deletion(store, is_stopping);
  for (const auto& [sql, grace] : expiring)
    if (auto gone = deletion.run(sql, now - grace); !gone) return std::move(gone).error();
  Removed removed;
  const auto deliveries = deletion.run(old_deliveries, now - log.seconds);
  if (!deliveries) return deliveries.error();
  removed.deliveries = *deliveries;
  if (auto gone = deletion.run(old_entries, now - log.seconds); !gone) return std::move(gone).error();
  const auto oldest = oldest_refusal(store, log.refusals);
  if (!oldest) return oldest.error();
  if (*oldest == 0) return removed;
  const auto refusals = deletion.run(surplus_refusals, *oldest);
  if (!refusals) return refusals.error();
  removed.refusals = *refusals;
  return removed;
}

Result<std::int64_t> forget_unused_registrations(Store& store, std::int64_t before) {
  const auto unused = store.commit_now(
      {{"SELECT client_id FROM registrations WHERE registered_at < $1 AND read_at < $1 AND NOT EXISTS (SELECT 1 FROM "
        "consents WHERE consents.client_id = registrations.client_id) LIMIT 1000",
        {before}}});
  if (!unused) return unused.error();
  if (unused->empty()) return 0;
  std::vector<Statement> statements;
  for (const auto& row : *unused) {
    statements.push_back({"DELETE FROM tenant_objects WHERE kind = 'client' AND id = $1", {text_at(row, 0)}});
    statements.push_back({"DELETE FROM registrations WHERE client_id = $1", {text_at(row, 0)}});
  }
  statements.push_back({"UPDATE revisions SET value = value + 1 WHERE name = 'tenant'", {}});
  if (auto gone = store.commit_now(std::move(statements)); !gone) return std::move(gone).error();
  return static_cast<std::int64_t>(unused->size());
}

Status forget_deliveries(Store& store, const std::function<bool(const std::string&)>& is_stream,
                         const std::function<bool()>& is_stopping) {
  const auto streams = store.commit_now({{"SELECT DISTINCT stream_id FROM log_deliveries", {}}});
  if (!streams) return streams.error();
  for (const auto& row : *streams) {
    if (is_stream(text_at(row, 0))) continue;
    for (std::size_t last = step; last == step && !is_stopping();) {
      const auto gone = store.commit_now(
          {{"DELETE FROM log_deliveries WHERE stream_id = $1 AND log_id IN (SELECT log_id FROM log_deliveries WHERE "
            "stream_id = $1 LIMIT 1000) RETURNING 1",
            {text_at(row, 0)}}});
      if (!gone) return gone.error();
      last = gone->size();
    }
  }
  return ok();
}

Statement hasten_messages(std::int64_t now) {
  // No pause of the outbox is longer, by the number of tries.
  return {
      "UPDATE messages SET next_at = $1 WHERE state = 'queued' AND next_at > $2 + CASE tries WHEN 0 THEN 0 WHEN 1 "
      "THEN 30 WHEN 2 THEN 30 WHEN 3 THEN 120 WHEN 4 THEN 600 WHEN 5 THEN 3600 WHEN 6 THEN 14400 WHEN 7 THEN 28800 "
      "ELSE 39600 END",
      {now, now + protocol::most_clock_skew}};
}

Statement age_rotated_tokens(std::int64_t now) {
  constexpr std::int64_t long_ago = 1;
  return {"UPDATE refresh_tokens SET rotated_at = $2 WHERE rotated_at > $1", {now, long_ago}};
}

}  // namespace ostia::authority
