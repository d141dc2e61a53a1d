#include "key_cache.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ostia/text/ascii.hpp"

namespace ostia::sdk {
namespace {

constexpr std::int64_t pause_ms = 10'000;
constexpr std::int64_t stale_ms = 3'600'000;  // how long keys outlive their time where no others can be had
constexpr std::int64_t shortest_s = 300, longest_s = 86'400, usual_s = 600;
constexpr std::int64_t longest_request_ms = 30'000;  // after which nobody waits for it: its loop may have been left
constexpr std::size_t most_waiting = 32;             // of those who have keys already, and hope for another
constexpr std::size_t judged_limit = 64;

std::int64_t lifetime_ms(const HttpResponse& answer) {
  const std::string control = text::lower(find_header(answer.headers, "cache-control"));
  const auto at = control.find("max-age=");
  std::int64_t seconds = usual_s;
  if (at != std::string::npos) {
    const auto end = control.find_first_not_of("0123456789", at + 8);
    seconds = text::parse_int(std::string_view(control).substr(at + 8, end - at - 8)).value_or(usual_s);
  }
  return std::clamp(seconds, shortest_s, longest_s) * 1000;
}

std::shared_ptr<const KeySet> read(const HttpResponse& answer, const std::shared_ptr<Crypto>& crypto) {
  if (answer.status != 200) return nullptr;
  auto jwks = json::parse(answer.body);
  return jwks ? std::make_shared<KeySet>(*std::move(jwks), crypto) : nullptr;
}

// Without what may be megabytes.
HttpResponse without_body(HttpResponse answer) {
  answer.body.clear();
  return answer;
}

void wake(const std::vector<std::function<void()>>& waiting) {
  for (const auto& one : waiting) one();
}

}  // namespace

// Keys of a clock that was ahead are not young until then.
bool KeyCache::Entry::is_fresh(std::int64_t now) const { return keys && fetched_ms <= now && now < until_ms; }

bool KeyCache::Entry::is_usable(std::int64_t now) const { return keys && now < until_ms + (is_good ? stale_ms : 0); }

bool KeyCache::Entry::is_early(std::int64_t now) const {
  return asked_ms && *asked_ms <= now && now < *asked_ms + pause_ms;
}

bool KeyCache::Entry::is_asked(std::int64_t now) const {
  return asking.flight != 0 && asking.since_ms <= now && now < asking.since_ms + longest_request_ms &&
         asking.process == getpid();
}

// A blocking call inside a completion: the loop outside cannot go on before it has returned.
bool KeyCache::Entry::would_hang(const Question& question) const {
  return asking.loop != question.loop && asking.thread == std::this_thread::get_id();
}

HttpResponse KeyCache::Entry::show(const json::Value& header, std::int64_t now) const {
  if (!is_usable(now)) return answer;
  HttpResponse shown;
  shown.status = 200;
  shown.content_type = "application/json";
  shown.body = keys->excerpt(header);
  return shown;
}

std::optional<HttpResponse> KeyCache::known(const Entry& entry, const Question& question) {
  const std::int64_t now = question.now_ms;
  const bool is_asked = entry.is_asked(now), is_usable = entry.is_usable(now);
  const bool has_key = is_usable && !question.anew && entry.keys->choose(question.header).key;
  if (has_key && (entry.is_fresh(now) || is_asked || entry.is_early(now))) return entry.show(question.header, now);
  if (!is_asked) return entry.is_early(now) ? std::optional(entry.show(question.header, now)) : std::nullopt;
  // Another call asks. Who has a key to go by, and so a verdict, goes by it; who hopes for a new one waits a moment,
  // unless others do already.
  const bool may_wait = question.is_patient && !question.anew && entry.asking.waiting.size() < most_waiting;
  if (is_usable && (!may_wait || entry.would_hang(question))) return entry.show(question.header, now);
  return {};
}

std::optional<HttpResponse> KeyCache::known(const Question& question) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(question.url);
  return found == entries_.end() ? std::nullopt : known(found->second, question);
}

KeyCache::Look KeyCache::look(const Question& question) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[question.url];
  if (auto answer = known(entry, question)) return {std::move(answer), 0};
  if (entry.is_asked(question.now_ms) && !entry.would_hang(question)) return {};
  Asking& asking = entry.asking;
  asking.flight = ++last_flight_;
  asking.since_ms = question.now_ms;
  asking.loop = question.loop;
  asking.thread = std::this_thread::get_id();
  asking.process = getpid();
  return {{}, asking.flight};
}

void KeyCache::wait(const std::string& url, std::function<void()> wake_up) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(url);
    if (found != entries_.end() && found->second.asking.flight != 0) {
      found->second.asking.waiting.push_back(std::move(wake_up));
      return;
    }
  }
  wake_up();
}

void KeyCache::take(Entry& entry, const HttpResponse& answer, std::shared_ptr<const KeySet> keys, bool is_good,
                    std::int64_t now) {
  entry.keys = std::move(keys);
  entry.is_good = is_good;
  entry.fetched_ms = now;
  entry.until_ms = now + (is_good ? lifetime_ms(answer) : pause_ms);
  entry.judged.clear();
  ++entry.generation;
}

KeyCache::Kept KeyCache::keep(const Question& question, Flight flight, const HttpResponse& answer,
                              const std::shared_ptr<Crypto>& crypto) {
  const std::int64_t now = question.now_ms;
  auto keys = read(answer, crypto);
  const bool is_good = keys && keys->has_usable();
  Kept out;
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[question.url];
    // Only keys take the place of keys: a failure, or a list of none, says nothing about those that are there.
    out.is_taken = is_good || (keys && !entry.is_usable(now));
    if (out.is_taken) take(entry, answer, std::move(keys), is_good, now);
    entry.answer = without_body(answer);
    entry.asked_ms = now;
    entry.is_forgiven = false;
    if (entry.asking.flight == flight) entry.asking.flight = 0;
    waiting = std::exchange(entry.asking.waiting, {});
    out.answer = entry.show(question.header, now);
  }
  wake(waiting);
  return out;
}

void KeyCache::abandon(const std::string& url, Flight flight, bool called_off, std::int64_t now) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[url];
    if (entry.asking.flight != flight) return;
    entry.asking.flight = 0;
    // What the caller calls off is not the authority's failure, and others may ask at once; but once only.
    if (called_off && !entry.is_forgiven) {
      entry.is_forgiven = true;
    } else {
      entry.is_forgiven = false;
      entry.asked_ms = now;
      entry.answer = {};
      entry.answer.failure = "the call that asked for them ended before the answer came";
    }
    waiting = std::exchange(entry.asking.waiting, {});
  }
  wake(waiting);
}

KeyCache::Judged KeyCache::judge(const std::string& url, const json::Value& header, std::int64_t now) {
  std::shared_ptr<const KeySet> keys;
  Judged out{.type = text::lower(header["typ"].text())};
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(url);
    if (entry == entries_.end() || !entry->second.is_usable(now)) return out;
    keys = entry->second.keys;
    out.generation = entry->second.generation;
  }
  auto choice = keys->choose(header);
  out.key = std::move(choice.usable);
  out.is_named = choice.is_named;
  return out;
}

KeyCache::Judged KeyCache::judged(const std::string& url, std::string_view header, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(url);
  if (entry == entries_.end() || !entry->second.is_fresh(now)) return {};
  const auto known = entry->second.judged.find(header);
  return known == entry->second.judged.end() ? Judged() : known->second;
}

void KeyCache::remember(const std::string& url, std::string_view header, const Judged& judged) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(url);
  // Not of keys that have been replaced meanwhile.
  if (entry == entries_.end() || entry->second.generation != judged.generation) return;
  auto& all = entry->second.judged;
  if (all.size() >= judged_limit) all.clear();  // the authority's own, so what comes again is soon here again
  all.emplace(header, judged);
}

}  // namespace ostia::sdk
