#include "limits/limits.hpp"

#include <cmath>

#include "base/address.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "pages/look.hpp"
#include "pages/pages.hpp"
#include "protocol/age.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Where it ends up: what stands after a plus sign is the same person's.
std::string mailbox_of(const std::string& recipient) {
  const std::string address = canonical_login(recipient);
  const auto at = address.rfind('@');
  const auto plus = address.find('+');
  return at == address.npos || plus == 0 || plus > at ? address : address.substr(0, plus) + address.substr(at);
}

double now(const Authority& a) {
  const auto steady = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  return steady + static_cast<double>(a.clock.offset());
}

// What was counted after this was counted while the clock was wrong, and is not held against anybody.
std::int64_t latest_believable(const Authority& a) { return a.clock.now() + protocol::most_clock_skew; }

// The vendor's log says of a limit that was reached, once a minute.
void note(Authority& a, const Request& request, const char* limit) {
  static std::atomic<std::int64_t> last = 0;
  const std::int64_t minute = a.clock.now() / 60;
  if (last.exchange(minute) == minute) return;
  record(a, request,
         {.type = "api_limit",
          .description = std::string("Rate limit of ") + limit + " reached",
          .reason = "rate_limited"});
}

Status refuse(Authority& a, const Request& request, const char* limit) {
  note(a, request, limit);
  return Error{"too_many_requests", "Too many requests. Try again in a few seconds.", "rate_limited", 429,
               Fault::caller};
}

}  // namespace

Allowance take_request(Authority& a, const Request& request) {
  const auto tenant = a.tenant();
  const auto& limits = tenant->rate_limits;
  if (limits.address.burst < 1 || limits.exempt.contains(request.peer)) return {};
  const auto taken = a.limiter.take("address " + network_of(request.peer), limits.address, now(a));
  if (!taken.is_allowed) note(a, request, "an address");
  return taken;
}

Status take_attempt(Authority& a, const Request& request, std::string_view account) {
  const auto tenant = a.tenant();
  const auto& limits = tenant->rate_limits;
  if (limits.exempt.contains(request.peer)) return ok();
  return a.limiter.take("account " + canonical_login(account) + " " + network_of(request.peer), limits.account, now(a))
                 .is_allowed
             ? ok()
             : refuse(a, request, "an account");
}

Status take_call(Authority& a, const Request& request, std::string_view client_id) {
  const auto tenant = a.tenant();
  if (tenant->rate_limits.client.burst < 1) return ok();
  const auto taken = a.limiter.take("client " + std::string(client_id), tenant->rate_limits.client, now(a));
  return taken.is_allowed ? ok() : refuse(a, request, "an application");
}

// AZ-310 · Auth0: suspicious-ip-throttling
Async<Unit> take_signup(Authority& a, const Request& request) {
  const auto tenant = a.tenant();
  const auto& p = tenant->attack_protection;
  if (!p.throttles_signups || p.address_allowlist.contains(request.peer)) co_return Unit{};
  // The row is the time until which all that was taken will have been refilled (in ms): of many at once none is too
  // many, and who is refused takes nothing.
  const std::int64_t now_ms = a.clock.now() * 1000;
  CO_TRY(const auto taken,
         a.store.write({"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, $2 + $3, $5) ON CONFLICT (id) DO "
                        "UPDATE SET failures = CASE WHEN attempts.failures > $2 AND attempts.updated_at <= $6 THEN "
                        "attempts.failures ELSE $2 END + $3, updated_at = $5 WHERE attempts.failures <= $2 + $4 OR "
                        "attempts.updated_at > $6 RETURNING failures",
                        {"signup " + network_of(request.peer), now_ms, p.signup_refill_ms,
                         (p.max_signups - 1) * p.signup_refill_ms, a.clock.now(), latest_believable(a)}}));
  if (!taken.empty()) co_return Unit{};
  record(a, request,
         {.type = "limit_sul", .description = "Too many sign-ups from one network", .reason = "signups_limited"});
  co_return Error{"too_many_attempts",
                  "We have detected suspicious sign-up behavior and further attempts will be blocked. Please contact "
                  "the administrator.",
                  "signups_limited", 429, Fault::caller};
}

Async<bool> take_message(Authority& a, const Request& request, std::string recipient, bool is_known) {
  constexpr std::int64_t most = 5, window = 3600;  // seconds
  const std::string id = "message " + std::string(is_known ? "known " : "") + a.secrets.mark(mailbox_of(recipient));
  CO_TRY(const auto taken,
         a.store.write({"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE "
                        "SET failures = CASE WHEN attempts.updated_at BETWEEN $2 - $3 + 1 AND $5 THEN "
                        "attempts.failures ELSE 0 END + 1, updated_at = CASE WHEN attempts.updated_at BETWEEN $2 - $3 "
                        "+ 1 AND $5 THEN attempts.updated_at ELSE $2 END WHERE attempts.failures < $4 OR "
                        "attempts.updated_at NOT BETWEEN $2 - $3 + 1 AND $5 RETURNING failures",
                        {id, a.clock.now(), window, most, latest_believable(a)}}));
  if (!taken.empty()) co_return true;
  record(a, request,
         {.type = "limit_msg",
          .description = "No message sent: this address has been sent " + text::decimal(most) + " within an hour",
          .user_name = recipient,
          .reason = "messages_limited"});
  co_return false;
}

void tell(const Authority& a, const Allowance& allowance, Response& response) {
  if (allowance.limit == 0) return;
  response.with("X-RateLimit-Limit", std::to_string(allowance.limit))
      .with("X-RateLimit-Remaining", std::to_string(allowance.remaining))
      .with("X-RateLimit-Reset",
            std::to_string(a.clock.now() + static_cast<std::int64_t>(std::ceil(allowance.full_in))));
  if (!allowance.is_allowed)
    response.with("Retry-After", std::to_string(static_cast<std::int64_t>(std::ceil(allowance.next_in))));
}

// AZ-1901 · RFC 6585 section 4
// A page that was to be shown can be asked for again; what was sent, its person sends again.
std::vector<pages::Link> again(const Authority& a, const Request& request) {
  if (request.method != "GET") return {};
  const auto look = look_for(*a.tenant(), request, {});
  return {{"", look.texts.get("error.try_again"), request.path + (request.query.empty() ? "" : "?" + request.query)}};
}

Response too_many_requests(Authority& a, const Request& request, const Allowance& allowance) {
  Response response;
  if (request.path.starts_with("/api/v2/"))
    response = json_response(429, Value::object({{"statusCode", 429},
                                                 {"error", "Too Many Requests"},
                                                 {"message", "Global limit has been reached"},
                                                 {"errorCode", "too_many_requests"}}));
  else if (request.header("accept").find("text/html") != std::string_view::npos)
    response = pages::error(
        look_for(*a.tenant(), request, {}),
        {.status = 429, .key = "too_many_requests", .code = "too_many_requests", .links = again(a, request)});
  else
    response = oauth_error(429, "too_many_requests", "Global limit has been reached");
  tell(a, allowance, response);
  return response;
}

}  // namespace ostia::authority
