#include "state/outbox.hpp"

#include <array>

#include "base/log.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Seconds between tries; after the last one a message has failed, a day after it was written.
constexpr std::array<std::int64_t, 8> pauses = {5, 30, 120, 600, 3600, 14'400, 28'800, 39'600};
constexpr std::int64_t lease = 300;  // seconds that one node has for one try
constexpr auto tick = std::chrono::seconds(2);

struct Field {
  const char* name;
  std::string Message::* member;
};
constexpr Field fields[] = {{"channel", &Message::channel}, {"to", &Message::to},
                            {"from", &Message::from},       {"template", &Message::kind},
                            {"subject", &Message::subject}, {"text", &Message::text},
                            {"html", &Message::html},       {"code", &Message::code},
                            {"link", &Message::link},       {"connection", &Message::connection}};

std::optional<Value> unseal(const Secrets& secrets, const std::string& id, const std::string& sealed) {
  const auto text = secrets.open(sealed, {"messages", id, "sealed"});
  if (!text) return {};
  auto value = json::parse(*text);
  return value ? std::optional(*std::move(value)) : std::nullopt;
}

Message read(const Value& v) {
  Message m;
  for (const auto& [name, member] : fields) m.*member = v[name].text();
  return m;
}

}  // namespace

Outbox::Outbox(Store& store, const Secrets& secrets, const Clock& clock, bool keeps)
    : store_(store), secrets_(secrets), clock_(clock), keeps_(keeps) {}

Outbox::~Outbox() { stop(); }

void Outbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Outbox::start(SendMessage send, std::function<void()> on_tick) {
  on_tick_ = std::move(on_tick);
  send_ = std::move(send);
  thread_ = std::thread([this] { run(); });
}

Statement Outbox::queue(const Message& message) const {
  Value v = Value::object();
  for (const auto& [name, member] : fields)
    if (!(message.*member).empty()) v.set(name, message.*member);
  const std::int64_t now = clock_.now();
  const std::string id = ordered_id(now);
  return {
      "INSERT INTO messages (id, channel, at, state, tries, next_at, sealed) VALUES ($1, $2, $3, 'queued', 0, $3, $4)",
      {id, message.channel, now, secrets_.seal(json::write(v), {"messages", id, "sealed"})}};
}

void Outbox::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void Outbox::run() {
  for (;;) {
    run_guarded("outbox_failed", [this] {
      while (send_due()) {
      }
    });
    run_guarded("housekeeping_failed", on_tick_);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, tick, [this] { return woken_ || closing_; });
    if (closing_) return;
    woken_ = false;
  }
}

// Takes one message that is due and sends it. Taking it is a lease: of several nodes one sends.
bool Outbox::send_due() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
  }
  const std::int64_t now = clock_.now();
  const auto rows =
      store_.commit_now({{"UPDATE messages SET next_at = $1, tries = tries + 1 WHERE id = (SELECT id FROM messages "
                          "WHERE state = 'queued' "
                          "AND next_at <= $2 ORDER BY next_at, at LIMIT 1) AND state = 'queued' AND next_at <= $2 "
                          "RETURNING id, tries, sealed",
                          {now + lease, now}}});
  if (!rows || rows->empty()) return false;
  const Row& row = rows->first();
  send_one(text_at(row, 0), int_at(row, 1), text_at(row, 2));
  return true;
}

void Outbox::send_one(const std::string& id, std::int64_t tries, const std::string& sealed) {
  const auto v = unseal(secrets_, id, sealed);
  const Message message = v ? read(*v) : Message{};
  const Status sent = v ? send_(message) : Status(Error{"server_error", "sealed with another master key", "permanent"});
  const auto done = [&](std::vector<Statement> statements) {
    if (auto stored = store_.commit_now(std::move(statements)); !stored)
      log_event("error", "outbox_failed", {{"what", stored.error().description}});
  };
  if (sent && keeps_) return done({{"UPDATE messages SET state = 'sent' WHERE id = $1", {id}}});
  if (sent) return done({{"DELETE FROM messages WHERE id = $1", {id}}});
  const bool over = sent.error().reason == "permanent" || tries > static_cast<std::int64_t>(pauses.size());
  log_event(
      over ? "error" : "warning", over ? "message_failed" : "message_delayed",
      {{"channel", message.channel}, {"template", message.kind}, {"tries", tries}, {"what", sent.error().description}});
  if (over) return done({{"UPDATE messages SET state = 'failed' WHERE id = $1", {id}}});
  done({{"UPDATE messages SET next_at = $2 WHERE id = $1",
         {id, clock_.now() + pauses[static_cast<std::size_t>(tries - 1)]}}});
}

Result<Value> Outbox::list() const {
  const auto rows =
      store_.commit_now({{"SELECT id, at, state, sealed FROM messages ORDER BY at DESC, id DESC LIMIT 500", {}}});
  if (!rows) return rows.error();
  Value out = Value::array();
  for (const auto& row : *rows) {
    Value one = Value::object({{"id", text_at(row, 0)}, {"at", iso_time(int_at(row, 1))}, {"state", text_at(row, 2)}});
    const auto v = unseal(secrets_, text_at(row, 0), text_at(row, 3));
    for (const auto& [name, member] : fields)
      if (v && std::string_view(name) != "connection") one.set(name, (*v)[name].is_null() ? Value("") : (*v)[name]);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace ostia::authority
