#include "store/housekeeping.hpp"

namespace ostia::authority {

void delete_expired(Store& store, std::int64_t now, std::int64_t log_retention) {
  constexpr std::int64_t month = 30 * 24 * 3600, year = 365 * 24 * 3600, most_log_entries = 200'000;
  std::vector<Statement> statements;
  for (const std::string_view sql :
       {"DELETE FROM sessions WHERE expires_at < $1", "DELETE FROM used_tickets WHERE expires_at < $1",
        "DELETE FROM refresh_tokens WHERE expires_at < $1", "DELETE FROM revoked_grants WHERE expires_at < $1",
        "DELETE FROM session_clients WHERE expires_at < $1", "DELETE FROM one_time_codes WHERE expires_at < $1",
        "DELETE FROM challenges WHERE expires_at < $1", "DELETE FROM kept_texts WHERE expires_at < $1"})
    statements.push_back({sql, {now}});
  // A device that still asks is told that its code has expired, and not that there never was one.
  statements.push_back({"DELETE FROM device_codes WHERE expires_at < $1", {now - 3600}});
  for (const std::string_view sql : {"DELETE FROM logs WHERE at < $1", "DELETE FROM log_deliveries WHERE at < $1"})
    statements.push_back({sql, {now - log_retention}});
  statements.push_back({"DELETE FROM known_networks WHERE seen_at < $1", {now - 6 * month}});
  for (const std::string_view sql :
       {"DELETE FROM attempts WHERE updated_at < $1", "DELETE FROM messages WHERE at < $1 AND state <> 'queued'"})
    statements.push_back({sql, {now - month}});
  statements.push_back({"DELETE FROM known_browsers WHERE seen_at < $1", {now - year}});
  statements.push_back(
      {"DELETE FROM logs WHERE by_count = 1 AND at < (SELECT at FROM logs WHERE by_count = 1 ORDER BY at DESC LIMIT 1 "
       "OFFSET $1)",
       {most_log_entries}});
  store.post(std::move(statements));
}

}  // namespace ostia::authority
