#include "key_cache.hpp"

#include <algorithm>

#include "ostia/jose/jws.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::sdk {
namespace {

constexpr std::int64_t pause_ms = 10'000, pause_after_failure_ms = 1000;
constexpr std::int64_t shortest_s = 300, longest_s = 86'400, usual_s = 600;
constexpr std::size_t judged_limit = 64;  // headers that a stranger made up must not fill the memory

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

}  // namespace

std::optional<HttpResponse> KeyCache::find(const std::string& url, const json::Value& header, std::int64_t now,
                                           bool anew) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(url);
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  const bool is_known = !anew && now < entry.until_ms && jose::find_key(entry.jwks, header);
  const auto pause = entry.jwks.is_null() ? pause_after_failure_ms : pause_ms;
  const bool is_early = entry.fetched_ms <= now && now < entry.fetched_ms + pause;
  if (!is_known && !is_early) return {};
  return entry.answer;
}

void KeyCache::keep(const std::string& url, const HttpResponse& answer, std::int64_t now) {
  auto jwks = answer.status == 200 ? json::parse(answer.body) : Result<json::Value>(Error{});
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[url];
  if (!jwks) {
    // A failure takes nothing away: keys that are still good go on. It is not asked about again at once either.
    if (entry.until_ms <= now) entry = {answer, {}, now, now, {}};
    entry.fetched_ms = now;
    return;
  }
  entry = {answer, *std::move(jwks), now, now + lifetime_ms(answer), {}};
}

KeyCache::Judged KeyCache::judged(const std::string& url, std::string_view header, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(url);
  if (entry == entries_.end() || now >= entry->second.until_ms) return {};
  const auto known = entry->second.judged.find(header);
  return known == entry->second.judged.end() ? Judged() : known->second;
}

void KeyCache::keep_judged(const std::string& url, std::string_view header, Judged judged) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(url);
  if (entry == entries_.end() || entry->second.judged.size() >= judged_limit) return;
  entry->second.judged.emplace(header, std::move(judged));
}

}  // namespace ostia::sdk
