#include "accounts/browsers.hpp"

#include <algorithm>

#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t day = 24 * 3600;  // how exactly it is known when a browser was used last

std::string mark_of(const Authority& a, const std::string& user_id, std::string_view device) {
  return a.secrets.mark("browser\n" + user_id + "\n" + std::string(device));
}

}  // namespace

std::string browser_mark(const Authority& a, const std::string& user_id, const Request& request) {
  const std::string device = device_of(request);
  return device.empty() ? device : mark_of(a, user_id, device);
}

Async<bool> is_known_browser(Authority& a, std::string user_id, const Request& request) {
  const std::string device = device_of(request);
  if (device.empty()) co_return false;
  const std::string mark = mark_of(a, user_id, device);
  CO_TRY(const auto rows, a.store.query({"SELECT 1 FROM known_browsers WHERE user_id = $1 AND mark = $2 LIMIT 1",
                                         {std::move(user_id), mark}}));
  co_return !rows.empty();
}

// ASVS 6.3.5
Async<BrowserSeen> browser_seen(Authority& a, const Request& request, std::string user_id) {
  BrowserSeen out;
  const std::string device = device_of(request);
  if (device.empty()) co_return out;
  const std::string mark = out.mark = mark_of(a, user_id, device), country = country_of(request);
  const std::int64_t now = a.clock.now();
  CO_TRY(const auto rows,
         a.store.query({"SELECT mark, country, seen_at FROM known_browsers WHERE user_id = $1", {user_id}}));
  const auto any = [&](auto fits) { return std::any_of(rows.begin(), rows.end(), fits); };
  out.is_new = !rows.empty() && !any([&](const Row& r) { return text_at(r, 0) == mark; });
  // Countries that nobody knows of tell nothing: one that is known is compared with those that are.
  out.is_elsewhere = !country.empty() && any([](const Row& r) { return !text_at(r, 1).empty(); }) &&
                     !any([&](const Row& r) { return text_at(r, 1) == country; });
  const bool is_fresh =
      any([&](const Row& r) { return text_at(r, 0) == mark && text_at(r, 1) == country && int_at(r, 2) > now - day; });
  if (is_fresh) co_return out;
  out.keep.push_back(
      {"INSERT INTO known_browsers (user_id, mark, country, since, seen_at) VALUES ($1, $2, $3, $4, $4) "
       "ON CONFLICT (user_id, mark, country) DO UPDATE SET seen_at = $4",
       {user_id, mark, country, now}});
  out.keep.push_back(
      {"DELETE FROM known_browsers WHERE user_id = $1 AND mark NOT IN (SELECT mark FROM known_browsers "
       "WHERE user_id = $1 GROUP BY mark ORDER BY MAX(seen_at) DESC, MAX(since) DESC LIMIT $2)",
       {user_id, most_known_browsers}});
  // One browser that travels: its countries are bounded, too.
  out.keep.push_back(
      {"DELETE FROM known_browsers WHERE user_id = $1 AND mark = $2 AND country NOT IN (SELECT country "
       "FROM known_browsers WHERE user_id = $1 AND mark = $2 ORDER BY seen_at DESC, country LIMIT $3)",
       {user_id, mark, most_known_browsers}});
  co_return out;
}

Statement forget_browsers(const std::string& user_id) {
  return {"DELETE FROM known_browsers WHERE user_id = $1", {user_id}};
}

}  // namespace ostia::authority
