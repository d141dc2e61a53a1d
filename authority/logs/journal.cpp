#include "logs/journal.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "logs/acts.hpp"
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

// Whether anybody can cause it as often as they like: a refusal, or a message that was asked for.
bool is_anybodys(const Event& e) {
  constexpr std::string_view asked[] = {"scpr", "cs", "cls"};
  if (e.is_audited) return false;
  return !e.reason.empty() || std::find(std::begin(asked), std::end(asked), e.type) != std::end(asked);
}

// Whether there is something on the disk that it tells of: a session, a new password, a counted failure.
bool is_act(const Event& e) {
  constexpr std::string_view counted[] = {"fp", "fu"}, without_trace[] = {"ssa", "seccft"};
  const auto is_one_of = [&](const auto& types) {
    return std::find(std::begin(types), std::end(types), e.type) != std::end(types);
  };
  return e.reason.empty() ? !is_one_of(without_trace) : is_one_of(counted);
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
  if (!request.acts || !is_act(e) || !request.acts->add(statements)) a.store.post(std::move(statements));
  if (e.reason.empty()) return;  // what went well is in the store; a line for each silent login would drown the rest
  log_event("info", "tenant_log",
            {{"type", e.type},
             {"reason", e.reason},
             {"client_id", shortened(e.client_id)},
             {"user_id", e.user_id},
             {"peer", request.peer},
             {"request_id", request.id}});
}

Async<Unit> keep_acts(Authority& a, std::shared_ptr<Acts> acts) {
  auto statements = acts->take();
  if (statements.empty()) co_return Unit{};
  CO_AWAIT(const auto kept, a.store.commit(statements));
  if (kept) co_return Unit{};
  if (OwedWrites::may_owe(kept.error())) {  // the store goes on trying, and counts what it gives up
    a.store.post(std::move(statements));
    co_return Unit{};
  }
  ++a.lost_log_entries;
  log_event("error", "log_entry_lost", {{"what", kept.error().description}});
  co_return kept.error();
}

}  // namespace ostia::authority
