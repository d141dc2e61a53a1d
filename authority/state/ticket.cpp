#include "state/ticket.hpp"

#include "ostia/text/base64url.hpp"

namespace ostia::authority {

using json::Value;

std::string seal_ticket(const Authority& a, std::string_view purpose, Value body, std::int64_t lifetime) {
  body.set("purpose", purpose);
  body.set("until", a.clock.now() + lifetime);
  return a.tickets.seal(json::write(body));
}

std::optional<Value> open_ticket(const Authority& a, std::string_view purpose, std::string_view ticket) {
  const auto text = a.tickets.open(ticket);
  if (!text) return {};
  auto body = json::parse(*text);
  if (!body || (*body)["purpose"] != Value(purpose)) return {};
  if ((*body)["until"].as_int().value_or(0) < a.clock.now()) return {};
  return *std::move(body);
}

Statement mark_used(std::string_view ticket, std::int64_t until) {
  return {"INSERT INTO used_tickets (id, expires_at) VALUES ($1, $2)", {text::base64url_encode(sha256(ticket)), until}};
}

Async<bool> was_used(Authority& a, std::string ticket) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT 1 FROM used_tickets WHERE id = $1", {text::base64url_encode(sha256(ticket))}}));
  const bool was = !rows.empty();
  co_return was;
}

Statement decoy_write() { return mark_used(random_id(), 0); }

Async<bool> use_once(Authority& a, std::string ticket, std::int64_t until) {
  CO_TRY(const auto first,
         a.store.write(
             {"INSERT INTO used_tickets (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id",
              {text::base64url_encode(sha256(ticket)), until}}));
  const bool is_first = !first.empty();
  co_return is_first;
}

}  // namespace ostia::authority
