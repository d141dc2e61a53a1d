#include "accounts/attempts.hpp"

#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t memory = 30 * 24 * 3600;  // seconds after which the vendor lifts a block by itself

// `subject` first, so that all addresses of an account have a common start.
std::string account_id(const Attempt& t, bool per_address) {
  return "account " + t.subject + " " + (per_address ? t.address : "");
}
std::string address_id(const Attempt& t) { return "address " + t.address; }

bool counts_account(const Tenant& tenant, const Attempt& t) {
  const auto& p = tenant.attack_protection;
  return p.brute_force && t.protects_account && !p.brute_force_allowlist.contains(t.address);
}

bool counts_address(const Tenant& tenant, const Attempt& t) {
  const auto& p = tenant.attack_protection;
  return p.throttles_addresses && !t.address.empty() && !p.address_allowlist.contains(t.address);
}

// AZ-309, AZ-615 · Auth0: brute-force-protection
Error too_many_for_account() {
  return {"too_many_attempts",
          "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via "
          "your preferred contact method with instructions on how to unblock it.",
          "too_many_attempts", 429, Fault::caller};
}

// AZ-310 · Auth0: suspicious-ip-throttling
Error too_many_from_address() {
  return {"too_many_attempts",
          "We have detected suspicious login behavior and further attempts will be blocked. Please contact the "
          "administrator.",
          "address_blocked", 429, Fault::caller};
}

}  // namespace

Async<Unit> check_attempts(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  const auto& p = tenant->attack_protection;
  const std::int64_t now = a.clock.now();
  CO_TRY(const auto rows, a.store.query({"SELECT id, failures, updated_at FROM attempts WHERE id = $1 OR id = $2",
                                         {account_id(t, p.per_address), address_id(t)}}));
  for (const auto& row : rows) {
    const std::int64_t failures = int_at(row, 1), age = now - int_at(row, 2);
    if (text_at(row, 0) == address_id(t)) {
      const std::int64_t refilled = age * 1000 / p.address_refill_ms;
      if (counts_address(*tenant, t) && failures - refilled >= p.max_address_failures)
        co_return too_many_from_address();
    } else if (counts_account(*tenant, t) && p.brute_force_blocks && failures >= p.max_failures && age < memory) {
      co_return too_many_for_account();
    }
  }
  co_return Unit{};
}

Async<bool> count_failure(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  const auto& p = tenant->attack_protection;
  const std::int64_t now = a.clock.now();
  std::vector<Statement> statements;
  // What has been refilled since the last failure is taken off first; $3 is the time of one more attempt.
  if (counts_address(*tenant, t))
    statements.push_back(
        {"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET failures = "
         "CASE WHEN attempts.failures > ($2 - attempts.updated_at) * 1000 / $3 "
         "THEN attempts.failures - ($2 - attempts.updated_at) * 1000 / $3 ELSE 0 END + 1, updated_at = $2",
         {address_id(t), now, p.address_refill_ms}});
  if (counts_account(*tenant, t))
    statements.push_back(
        {"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET failures = "
         "CASE WHEN attempts.updated_at + $3 > $2 THEN attempts.failures ELSE 0 END + 1, updated_at = $2 "
         "RETURNING failures",
         {account_id(t, p.per_address), now, memory}});
  if (statements.empty()) co_return false;
  CO_TRY(const auto rows, a.store.commit(std::move(statements)));
  const bool blocks = counts_account(*tenant, t) && !rows.empty() && int_at(rows.first(), 0) == p.max_failures;
  co_return blocks;
}

Async<std::int64_t> forget_failures(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  const std::string id = account_id(t, tenant->attack_protection.per_address);
  const bool everywhere = t.address.empty();
  std::int64_t failures = 0;
  if (!everywhere) {  // most logins have nothing to forget, and a read is cheaper than a write
    CO_TRY(const auto rows, a.store.query({"SELECT failures FROM attempts WHERE id = $1", {id}}));
    if (rows.empty()) co_return 0;
    failures = int_at(rows.first(), 0);
  }
  std::vector<Statement> statements;
  if (everywhere)
    statements.push_back({"DELETE FROM attempts WHERE id >= $1 AND id < $2",
                          {"account " + t.subject + " ", "account " + t.subject + "!"}});
  else
    statements.push_back({"DELETE FROM attempts WHERE id = $1", {id}});
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  co_return failures;
}

}  // namespace ostia::authority
