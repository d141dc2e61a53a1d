// `/_dev/` (AZ-1218 to AZ-1221): what developers of applications need, with `--dev` only: every message that was sent,
// a clock that can be moved, faults on order, and the state put back between tests.
#include "dev/endpoints.hpp"
#include "dev/faults.hpp"
#include "http/body.hpp"
#include "ostia/url/url.hpp"
#include "pages/pages.hpp"
#include "state/problem.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Response done(Value body = Value::object({{"ok", true}})) {
  return json_response(200, body).with("Cache-Control", "no-store");
}

Error bad(std::string what) { return oauth(400, "invalid_request", std::move(what), "dev_request"); }

// An object, whatever the request calls its type: `curl -d '{…}'` is how people come here.
Result<Value> read_order(const Request& request) {
  if (request.body.empty()) return Value::object();
  auto body = json::parse(request.body, 8);
  if (!body) return bad("The body is " + body.error().description);
  if (!body->is_object()) return bad("The body must be a JSON object");
  return body;
}

Response as_page(const Value& messages) {
  std::vector<pages::Pairs> items;
  for (const auto& message : messages.items()) {
    pages::Pairs pairs;
    for (const char* name : {"at", "channel", "to", "template", "subject", "code", "link", "text"})
      if (!message[name].text().empty()) pairs.emplace_back(name, message[name].text());
    items.push_back(std::move(pairs));
  }
  return pages::listing("Messages", items);
}

}  // namespace

Answering dev_messages(Authority& a, Request request) {
  const auto messages = a.outbox.list();
  if (!messages) co_return oauth_problem(a, messages.error());
  if (request.header("accept").find("text/html") != std::string_view::npos) co_return as_page(*messages);
  co_return done(*messages);
}

Answering dev_clock(Authority& a, Request request) {
  if (request.method == "POST") {
    const auto body = read_order(request);
    if (!body) co_return oauth_problem(a, body.error());
    const auto advance = (*body)["advance_s"].as_int();
    CO_IGNORE(a.store.settle());  // what happened before is there before it is long ago
    const auto now = (*body)["now"].is_number() ? (*body)["now"].as_int() : parse_iso_time((*body)["now"].text());
    if (advance)
      a.clock.set_offset(a.clock.offset() + *advance);
    else if (now)
      a.clock.set_offset(*now - Clock::real());
    else
      co_return oauth_problem(a, bad("send {\"advance_s\": seconds} or {\"now\": \"2026-01-31T12:00:00Z\"}"));
    a.outbox.wake();
  }
  co_return done(Value::object({{"now", iso_time(a.clock.now())}, {"offset_s", a.clock.offset()}}));
}

Answering dev_faults(Authority& a, Request request) {
  if (request.method == "DELETE") {
    a.faults->clear();
    co_return done();
  }
  const auto body = read_order(request);
  if (!body) co_return oauth_problem(a, body.error());
  const auto fault = dev::read_fault(*body);
  if (!fault) co_return oauth_problem(a, fault.error());
  a.faults->add(*fault);
  co_return done();
}

Answering dev_snapshot(Authority& a, Request request) {
  if (const auto body = read_order(request); !body) co_return oauth_problem(a, body.error());
  if (const auto taken = a.store.take_snapshot(); !taken) co_return oauth_problem(a, taken.error());
  co_return done();
}

// Back to the last snapshot, or to the start; the clock is right again and no fault is left.
Answering dev_reset(Authority& a, Request request) {
  if (const auto body = read_order(request); !body) co_return oauth_problem(a, body.error());
  if (const auto restored = a.store.restore_snapshot(); !restored) co_return oauth_problem(a, restored.error());
  const auto tenant = load_tenant(a.store, a.secrets);
  if (!tenant) co_return oauth_problem(a, tenant.error());
  a.put_back_tenant(*tenant);
  if (const auto keys = reload_keys(a); !keys) co_return oauth_problem(a, keys.error());
  a.clock.set_offset(0);
  a.faults->clear();
  co_return done();
}

Answering dev_logs(Authority& a, Request) {
  const auto rows = a.store.commit_now({{"SELECT body FROM logs ORDER BY at DESC, id DESC LIMIT 500", {}}});
  if (!rows) co_return oauth_problem(a, rows.error());
  Value out = Value::array();
  for (const auto& row : *rows)
    if (auto body = json::parse(text_at(row, 0))) out.push_back(*body);
  co_return done(out);
}

}  // namespace ostia::authority
