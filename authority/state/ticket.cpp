#include "state/ticket.hpp"

#include "ostia/text/base64url.hpp"
#include "protocol/age.hpp"

namespace ostia::authority {

using json::Value;

namespace {

constexpr char kept_mark = '~';  // of a name, which no sealed text begins with

std::string id_of(std::string_view ticket) { return text::base64url_encode(sha256(ticket)); }

std::string dated(const Authority& a, std::string_view purpose, Value body, std::int64_t lifetime) {
  body.set("purpose", purpose);
  const std::int64_t now = a.clock.now();
  body.set("at", now);
  body.set("until", now + lifetime);
  return json::write(body);
}

std::optional<Value> current(const Authority& a, std::string_view purpose, const std::optional<std::string>& text) {
  if (!text) return {};
  auto body = json::parse(*text);
  if (!body || (*body)["purpose"] != Value(purpose)) return {};
  const std::int64_t now = a.clock.now();
  if ((*body)["until"].as_int().value_or(0) < now) return {};
  // Made while the clock was wrong: it would be good for longer than it should.
  if ((*body)["at"].as_int().value_or(0) > now + protocol::most_clock_skew) return {};
  return *std::move(body);
}

}  // namespace

std::string put_into_address(const Sealer& sealer, const std::string& plain, std::int64_t until,
                             std::vector<Statement>& keep, std::size_t longest) {
  std::string sealed = sealer.seal(plain);
  if (sealed.size() <= longest) return sealed;
  std::string name = kept_mark + random_id();
  keep.push_back(
      {"INSERT INTO kept_texts (id, sealed, expires_at) VALUES ($1, $2, $3)", {id_of(name), std::move(sealed), until}});
  return name;
}

Async<std::optional<std::string>> take_from_address(Authority& a, const Sealer& sealer, std::string text) {
  if (!text.starts_with(kept_mark)) co_return sealer.open(text);
  CO_TRY(const auto rows, a.store.query({"SELECT sealed FROM kept_texts WHERE id = $1", {id_of(text)}}));
  if (rows.empty()) co_return std::optional<std::string>();
  co_return sealer.open(text_at(rows.first(), 0));
}

std::string seal_ticket(const Authority& a, std::string_view purpose, Value body, std::int64_t lifetime) {
  return a.tickets.seal(dated(a, purpose, std::move(body), lifetime));
}

std::optional<Value> open_ticket(const Authority& a, std::string_view purpose, std::string_view ticket) {
  return current(a, purpose, a.tickets.open(ticket));
}

std::string seal_for_address(const Authority& a, std::string_view purpose, Value body, std::int64_t lifetime,
                             std::vector<Statement>& keep) {
  return put_into_address(a.tickets, dated(a, purpose, std::move(body), lifetime), a.clock.now() + lifetime, keep);
}

Async<std::optional<Value>> open_from_address(Authority& a, std::string purpose, std::string ticket) {
  CO_TRY(const auto text, take_from_address(a, a.tickets, std::move(ticket)));
  co_return current(a, purpose, text);
}

Statement mark_used(std::string_view ticket, std::int64_t until) {
  return {"INSERT INTO used_tickets (id, expires_at) VALUES ($1, $2)", {id_of(ticket), until}};
}

Async<bool> was_used(Authority& a, std::string ticket) {
  CO_TRY(const auto rows, a.store.query({"SELECT 1 FROM used_tickets WHERE id = $1", {id_of(ticket)}}));
  const bool was = !rows.empty();
  co_return was;
}

Statement decoy_write() { return mark_used(random_id(), 0); }

Async<bool> use_once(Authority& a, std::string ticket, std::int64_t until) {
  CO_TRY(const auto first,
         a.store.write(
             {"INSERT INTO used_tickets (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id",
              {id_of(ticket), until}}));
  const bool is_first = !first.empty();
  co_return is_first;
}

}  // namespace ostia::authority
