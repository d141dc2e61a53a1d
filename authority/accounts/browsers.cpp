#include "accounts/browsers.hpp"

#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

std::string device_of(const Request& request) { return read_cookie(request, CookieKind::device); }

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

Statement forget_browsers(const std::string& user_id) {
  return {"DELETE FROM known_browsers WHERE user_id = $1", {user_id}};
}

}  // namespace ostia::authority
