#include "limits/limits.hpp"

#include <cmath>

#include "logs/journal.hpp"
#include "pages/look.hpp"
#include "pages/pages.hpp"

namespace ostia::authority {
namespace {

using json::Value;

double now(const Authority& a) {
  const auto steady = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  return steady + static_cast<double>(a.clock.offset());
}

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
  return a.limiter.take("account " + std::string(account), limits.account, now(a)).is_allowed
             ? ok()
             : refuse(a, request, "an account");
}

Status take_call(Authority& a, const Request& request, std::string_view client_id) {
  const auto tenant = a.tenant();
  if (tenant->rate_limits.client.burst < 1) return ok();
  const auto taken = a.limiter.take("client " + std::string(client_id), tenant->rate_limits.client, now(a));
  return taken.is_allowed ? ok() : refuse(a, request, "an application");
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
