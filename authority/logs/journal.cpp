#include "logs/journal.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "logs/stream.hpp"

namespace ostia::authority {
namespace {

constexpr std::size_t longest = 300;  // of what a peer may have sent

std::string shortened(const std::string& text) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // no half character
  return text.substr(0, end) + "…";
}

// What a stranger can cause again and again.
bool is_anybodys(const Event& e) {
  constexpr std::string_view asked[] = {"scpr", "cs", "cls", "ss", "sv"};
  if (e.is_audited) return false;
  return e.user_id.empty() || !e.reason.empty() ||
         std::find(std::begin(asked), std::end(asked), e.type) != std::end(asked);
}

}  // namespace

void record(Authority& a, const Request& request, const Event& e) {
  const std::int64_t now = a.clock.now();
  const std::string id = ordered_id(now);
  json::Value body = json::Value::object({{"log_id", id}, {"date", iso_time(now)}, {"type", e.type}});
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) body.set(name, shortened(value));
  };
  add("description", e.description);
  add("reason", e.reason);
  add("client_id", e.client_id);
  if (const auto client = a.tenant()->find_client(e.client_id)) add("client_name", client->name);
  add("connection", e.connection);
  add("user_id", e.user_id);
  add("user_name", e.user_name);
  add("ip", request.peer);
  add("user_agent", std::string(request.header("user-agent")));
  body.set("hostname", request.issuer);
  if (e.details.is_object()) body.set("details", e.details);
  std::vector<Statement> statements;
  statements.push_back({"INSERT INTO logs (id, at, type, body, by_count) VALUES ($1, $2, $3, $4, $5)",
                        {id, now, e.type, json::write(body), static_cast<std::int64_t>(is_anybodys(e))}});
  for (auto& statement : queue_for_streams(*a.tenant(), id, e.type, now)) statements.push_back(std::move(statement));
  a.store.post(std::move(statements));
  if (e.reason.empty()) return;  // what went well is in the store; a line for each silent login would drown the rest
  log_event("info", "tenant_log",
            {{"type", e.type},
             {"reason", e.reason},
             {"client_id", shortened(e.client_id)},
             {"user_id", e.user_id},
             {"peer", request.peer},
             {"request_id", request.id}});
}

}  // namespace ostia::authority
