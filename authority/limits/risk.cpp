#include "limits/risk.hpp"

#include <algorithm>

namespace ostia::authority {
namespace {

constexpr std::int64_t few = 3;  // failures: more than somebody with a keyboard makes of a habit
constexpr unsigned short site_bits = 48;

}  // namespace

std::string failures_row(std::string_view network) { return "address " + std::string(network); }
std::string customer_of(std::string_view address) { return network_of(address); }
std::string site_of_customer(std::string_view address) { return network_of(address, site_bits); }

bool asks_when_risky(const Tenant& tenant) {
  using enum AttackProtection::Captcha::When;
  const auto& c = tenant.attack_protection.captcha;
  return c.at_password == when_risky || c.at_passwordless == when_risky || c.at_reset == when_risky;
}

Async<bool> is_risky(Authority& a, const Request& request) {
  const auto tenant = a.tenant();
  const std::int64_t refill = tenant->attack_protection.address_refill_ms, now = a.clock.now();
  CO_TRY(const auto rows,
         a.store.query({"SELECT failures, updated_at FROM attempts WHERE id IN ($1, $2)",
                        {failures_row(customer_of(request.peer)), failures_row(site_of_customer(request.peer))}}));
  bool is_risky = false;
  for (const auto& row : rows) {
    const std::int64_t left = int_at(row, 0) - std::max<std::int64_t>(0, now - int_at(row, 1)) * 1000 / refill;
    is_risky = is_risky || left >= few;
  }
  co_return is_risky;
}

}  // namespace ostia::authority
