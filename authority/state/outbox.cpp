#include "state/outbox.hpp"

#include <array>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "http/client.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Seconds between tries; after the last one a message has failed, a day after it was written.
constexpr std::array<std::int64_t, 8> pauses = {5, 30, 120, 600, 3600, 14'400, 28'800, 39'600};
// Seconds that one node has for one try: longer than a try may take, and so short that after a crash a code still
// arrives before it has expired.
constexpr std::int64_t lease = 30;
constexpr auto tick = std::chrono::seconds(2);
constexpr unsigned threads = 24, most_of_one = 6;  // tries at once, of all destinations and of one
constexpr Breaker::Policy patience{.failures = 3, .longest = std::chrono::seconds(60)};

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

Message read(const Value& v, const std::string& id) {
  Message m;
  m.id = id;
  for (const auto& [name, member] : fields) m.*member = v[name].text();
  return m;
}

// What is reached or not reached together.
std::string where(const Message& m) {
  if (m.channel == "backchannel_logout") return destination_of(m.to);
  return m.channel == "sms" ? "sms " + m.connection : m.channel;
}

}  // namespace

Outbox::Outbox(Store& store, const Secrets& secrets, const Clock& clock, bool keeps)
    : store_(store), secrets_(secrets), clock_(clock), keeps_(keeps), senders_(threads) {}

Outbox::~Outbox() { stop(); }

void Outbox::stop() {
  scheduler_.stop();
  senders_.join();
}

void Outbox::start(SendMessage send, const std::string& notes) {
  send_ = std::move(send);
  std::vector<Statement> left;
  for (const auto& id : notes_.open(notes)) left.push_back(sent(id));
  if (!left.empty() && store_.commit_now(std::move(left))) notes_.settle();
  scheduler_.start("outbox_failed", tick, [this] { send_due(); });
}

Statement Outbox::queue(const Message& message) const {
  Value v = Value::object();
  for (const auto& [name, member] : fields)
    if (!(message.*member).empty()) v.set(name, message.*member);
  const std::int64_t now = clock_.now();
  const std::string id = ordered_id(now);
  return {
      "INSERT INTO messages (id, channel, at, state, tries, next_at, sealed, destination) VALUES ($1, $2, $3, "
      "'queued', 0, $3, $4, $5)",
      {id, message.channel, now, secrets_.seal(json::write(v), {"messages", id, "sealed"}), where(message)}};
}

// Until nothing is due, or no place is free: each place that becomes free wakes the scheduler again.
void Outbox::send_due() {
  for (bool goes_on = true; goes_on && !scheduler_.is_stopping();) {
    const auto due = store_.commit_now(
        {{"SELECT destination FROM messages WHERE state = 'queued' AND next_at <= $1 GROUP BY destination",
          {clock_.now()}}});
    goes_on = false;
    if (!due) return;
    for (const auto& row : *due) goes_on = send_some(text_at(row, 0)) || goes_on;
  }
}

// How many tries may begin. After a rest one has to show that somebody answers again.
unsigned Outbox::places_for(const std::string& destination) {
  const std::lock_guard lock(mutex_);
  const auto& d = destinations_.try_emplace(destination, Destination{0, Breaker(patience)}).first->second;
  if (!d.breaker.admits(Steady::now())) return 0;
  if (d.breaker.is_resting()) return d.under_way == 0 ? 1 : 0;
  return std::min(most_of_one - std::min(most_of_one, d.under_way), threads - std::min(threads, under_way_));
}

// Takes messages that are due and sends them. Taking one is a lease: of several nodes one sends.
bool Outbox::send_some(const std::string& destination) {
  const unsigned places = places_for(destination);
  if (places == 0) return false;
  const std::int64_t now = clock_.now();
  const auto rows = store_.commit_now(
      {{"UPDATE messages SET next_at = $1, tries = tries + 1 WHERE id IN (SELECT id FROM messages WHERE state = "
        "'queued' AND destination = $3 AND next_at <= $2 ORDER BY next_at, at LIMIT $4) AND state = 'queued' AND "
        "next_at <= $2 RETURNING id, tries, sealed",
        {now + lease, now, destination, std::int64_t{places}}}});
  if (!rows || rows->empty()) return false;
  {
    const std::lock_guard lock(mutex_);
    auto& d = destinations_[destination];
    d.under_way += static_cast<unsigned>(rows->size());
    d.breaker.begin(Steady::now());
    under_way_ += static_cast<unsigned>(rows->size());
  }
  for (const auto& row : *rows)
    boost::asio::post(senders_, [this, taken = Taken{text_at(row, 0), text_at(row, 2), destination, int_at(row, 1)}] {
      run_guarded("outbox_failed", [&] { send_one(taken); });
      {
        const std::lock_guard lock(mutex_);
        --destinations_[taken.destination].under_way;
        --under_way_;
      }
      scheduler_.wake();
    });
  return true;
}

void Outbox::send_one(const Taken& taken) {
  const auto v = unseal(secrets_, taken.id, taken.sealed);
  if (!v) return note(taken, {}, Error{"server_error", "sealed with another master key", "permanent"});
  const Message message = read(*v, taken.id);
  send_(message, [&](Status sent) { note(taken, message, sent); });
}

void Outbox::note(const Taken& taken, const Message& message, const Status& outcome) {
  const auto done = [&](Statement statement) {
    const auto stored = store_.commit_now({std::move(statement)});
    if (!stored) log_event("error", "outbox_failed", {{"what", stored.error().description}});
    return stored.has_value();
  };
  if (outcome) {
    notes_.note(taken.id);
    if (done(sent(taken.id))) notes_.settle();
  }
  note_destination(taken.destination, outcome);
  if (outcome) return;
  const bool over = outcome.error().reason == "permanent" || taken.tries > static_cast<std::int64_t>(pauses.size());
  log_event(over ? "error" : "warning", over ? "message_failed" : "message_delayed",
            {{"channel", message.channel},
             {"template", message.kind},
             {"tries", taken.tries},
             {"what", outcome.error().description}});
  done(over ? Statement{"UPDATE messages SET state = 'failed' WHERE id = $1", {taken.id}}
            : Statement{"UPDATE messages SET next_at = $2 WHERE id = $1",
                        {taken.id, clock_.now() + pauses[static_cast<std::size_t>(taken.tries - 1)]}});
}

Statement Outbox::sent(const std::string& id) const {
  return keeps_ ? Statement{"UPDATE messages SET state = 'sent' WHERE id = $1", {id}}
                : Statement{"DELETE FROM messages WHERE id = $1", {id}};
}

void Outbox::note_destination(const std::string& destination, const Status& outcome) {
  const std::lock_guard lock(mutex_);
  auto& breaker = destinations_[destination].breaker;
  if (outcome || outcome.error().reason != "unreachable") return breaker.succeed();
  const bool was_resting = breaker.is_resting();
  breaker.fail(Steady::now());
  if (!was_resting && breaker.is_resting())
    log_event("warning", "destination_resting", {{"destination", destination}, {"what", outcome.error().description}});
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
