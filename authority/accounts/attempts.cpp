#include "accounts/attempts.hpp"

#include <algorithm>
#include <cstdlib>

#include "accounts/browsers.hpp"
#include "limits/risk.hpp"
#include "protocol/guesses.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using protocol::Guesses;
using protocol::GuessLimits;
using protocol::GuessStep;

constexpr std::int64_t memory = 30 * 24 * 3600;  // seconds after which the vendor lifts a block by itself
constexpr std::int64_t hour = 3600, day = 24 * hour;
constexpr std::int64_t most_networks = 20;  // that are kept of a person

// ---- The rows of `attempts`: all of an account's begin alike.

std::string subject_of(Secret secret, const std::string& account) {
  constexpr const char* kinds[] = {"", "code ", "mfa ", "device "};
  return kinds[static_cast<int>(secret)] + account;
}
std::string row_of(const Attempt& t, std::string_view what) {
  return "account " + subject_of(t.secret, t.account) + " " + std::string(what);
}
std::string here_of(const Attempt& t, bool is_known_browser) {
  return row_of(t, is_known_browser ? "browser:" + t.browser : site_of_customer(t.address));
}
std::string first_of(const Attempt& t) { return row_of(t, "*first"); }
std::string again_of(const Attempt& t) { return row_of(t, "*again"); }
std::string in_a_row_of(const Attempt& t) { return row_of(t, "*row"); }
std::string network_row(const Attempt& t) { return failures_row(customer_of(t.address)); }
std::string site_row(const Attempt& t) { return failures_row(site_of_customer(t.address)); }

// Seconds, none if the clock was put back meanwhile.
std::int64_t passed_since(std::int64_t then, std::int64_t now) { return std::max<std::int64_t>(0, now - then); }

bool is_of_all(std::string_view place) { return place.starts_with('*') || place.starts_with("browser:"); }

GuessLimits limits_of(const Tenant& tenant, const Attempt& t) {
  const auto& p = tenant.attack_protection;
  GuessLimits out;
  // What can be guessed in no time (six digits) is protected whatever the tenant says of passwords.
  const bool is_password = t.secret == Secret::password;
  out.protects_account = t.secret != Secret::device_code &&
                         (!is_password || (p.brute_force && p.brute_force_blocks && t.protects_account)) &&
                         !p.brute_force_allowlist.contains(t.address);
  out.protects_network = p.throttles_addresses && !t.address.empty() && !p.address_allowlist.contains(t.address);
  out.is_per_place = !is_password || p.per_address;
  out.per_account = is_password ? p.max_failures : std::min<std::int64_t>(p.max_failures, 10);
  out.per_network = p.max_address_failures;
  return out;
}

// Failures of a network are counted for what refuses it, and for what asks it whether it is a robot.
bool counts_network(const Tenant& tenant, const Attempt& t, const GuessLimits& limits) {
  return limits.protects_network || (asks_when_risky(tenant) && !t.address.empty());
}

bool counts_account(const Tenant& tenant, const Attempt& t) {
  const auto& p = tenant.attack_protection;
  return t.secret != Secret::device_code && (t.secret != Secret::password || (p.brute_force && t.protects_account)) &&
         !p.brute_force_allowlist.contains(t.address);
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

// All that is known of a try, in one question.
struct Counted {
  Guesses guesses;
  bool is_fresh_network = false;  // a known one, seen within a day: nothing to write
};

Async<Counted> read_counts(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  const std::int64_t now = a.clock.now(), refill = tenant->attack_protection.address_refill_ms;
  CO_TRY(const auto rows,
         a.store.query(
             {"SELECT id, failures, updated_at FROM attempts WHERE id IN ($1, $2, $3, $4, $5, $6, $7) UNION "
              "ALL SELECT 'network', 0, seen_at FROM known_networks WHERE user_id = $8 AND mark = $9 UNION ALL SELECT "
              "'browser', 0, seen_at FROM known_browsers WHERE user_id = $8 AND mark = $10",
              {here_of(t, false), here_of(t, true), first_of(t), again_of(t), in_a_row_of(t), network_row(t),
               site_row(t), t.person, t.network, t.browser}}));
  Counted out;
  Guesses& g = out.guesses;
  std::int64_t in_browser = 0;
  bool is_known_network = false;
  for (const auto& row : rows) {
    const std::string& id = text_at(row, 0);
    const std::int64_t failures = int_at(row, 1), age = now - int_at(row, 2);
    const std::int64_t left = failures - passed_since(int_at(row, 2), now) * 1000 / refill;
    if (id == "browser") g.is_known_browser = true;
    if (id == "network") is_known_network = true, out.is_fresh_network = age < day;
    if (id == here_of(t, false) && age < memory) g.here = failures, g.has_failed_here = age < hour;
    if (id == here_of(t, true) && age < memory) in_browser = failures;
    if (id == first_of(t) && std::abs(age) < hour) g.first = failures;
    if (id == again_of(t) && std::abs(age) < hour) g.again = failures;
    if (id == in_a_row_of(t) && age < memory) g.in_a_row = failures;
    if (id == network_row(t)) g.network = left;
    if (id == site_row(t) && site_row(t) != network_row(t)) g.site = left;
  }
  if (g.is_known_browser) g.here = in_browser;
  g.is_known_place = g.is_known_browser || is_known_network;
  co_return out;
}

Async<Counted> judge(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  CO_TRY_VOID(a.owed_failures.pay(a.store));  // while guesses cannot be counted, nobody guesses
  CO_TRY(auto counted, read_counts(a, t));
  switch (protocol::judge_guess(counted.guesses, limits_of(*tenant, t))) {
    case GuessStep::refuse_account: co_return too_many_for_account();
    case GuessStep::refuse_network: co_return too_many_from_address();
    case GuessStep::judge: break;
  }
  co_return counted;
}

// One more failure; a row that is older than `life` begins anew. Its age is that of the last failure, or of the first.
enum class Life : std::uint8_t { of_last, of_first };
Statement count_one(std::string id, std::int64_t now, std::int64_t life, Life which) {
  return which == Life::of_first
             ? Statement{"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO "
                         "UPDATE SET failures = CASE WHEN attempts.updated_at BETWEEN $2 - $3 + 1 AND $2 + $3 - 1 "
                         "THEN attempts.failures ELSE 0 END + 1, updated_at = CASE WHEN attempts.updated_at BETWEEN "
                         "$2 - $3 + 1 AND $2 + $3 - 1 THEN attempts.updated_at ELSE $2 END RETURNING failures",
                         {std::move(id), now, life}}
             : Statement{"INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO "
                         "UPDATE SET failures = CASE WHEN attempts.updated_at + $3 > $2 THEN attempts.failures ELSE 0 "
                         "END + 1, updated_at = $2 RETURNING failures",
                         {std::move(id), now, life}};
}

// One more from a bucket that is refilled, one each `refill_ms`. A clock that was put back takes nothing out.
Statement count_refilled(std::string id, std::int64_t now, std::int64_t refill_ms) {
  return {
      "INSERT INTO attempts (id, failures, updated_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET failures "
      "= CASE WHEN attempts.updated_at > $2 THEN attempts.failures WHEN attempts.failures > ($2 - "
      "attempts.updated_at) * 1000 / $3 THEN attempts.failures - ($2 - attempts.updated_at) * 1000 / $3 ELSE 0 "
      "END + 1, updated_at = $2 RETURNING failures",
      {std::move(id), now, refill_ms}};
}

// What cannot be counted now is owed, with `more` that would have been counted after it.
Async<Rows> count(Authority& a, std::vector<Statement> statements, std::vector<Statement> more) {
  CO_AWAIT(auto counted, a.store.commit(statements));
  if (counted || !OwedWrites::may_owe(counted.error())) co_return counted;
  append(statements, std::move(more));
  a.owed_failures.owe(std::move(statements));
  co_return counted;
}

}  // namespace

Attempt attempt_of(const Authority& a, const Request& request, Secret secret, const User& account) {
  const std::string person = account.linked_to.empty() ? account.id : account.linked_to;
  return {.secret = secret,
          .account = account.id,
          .address = request.peer,
          .network = a.secrets.mark("network\n" + person + "\n" + network_of(request.peer)),
          .browser = browser_mark(a, person, request),
          .person = person};
}

Attempt attempt_of(const Request& request, Secret secret, std::string_view typed) {
  std::size_t size = std::min<std::size_t>(typed.size(), 200);
  while (size > 0 && size < typed.size() && (static_cast<unsigned char>(typed[size]) & 0xC0U) == 0x80U)
    --size;  // no half character
  return {.secret = secret, .account = "? " + std::string(typed.substr(0, size)), .address = request.peer};
}

Async<Place> check_attempts(Authority& a, Attempt t) {
  CO_TRY(const auto counted, judge(a, std::move(t)));
  co_return counted.guesses.is_known_place ? Place::known : Place::strange;
}

// What is beyond the limit here is nobody else's: a burst of one stranger uses up no tries of all of them.
Async<bool> count_failure(Authority& a, Attempt t) {
  const auto tenant = a.tenant();
  const auto& p = tenant->attack_protection;
  const std::int64_t now = a.clock.now();
  CO_TRY(const auto before, read_counts(a, t));
  const GuessLimits limits = limits_of(*tenant, t);
  const bool is_known = before.guesses.is_known_place, counts = counts_account(*tenant, t);
  const Statement one_here = count_one(here_of(t, before.guesses.is_known_browser), now, memory, Life::of_last),
                  one_in_a_row = count_one(in_a_row_of(t), now, memory, Life::of_last),
                  one_hourly =
                      count_one(before.guesses.has_failed_here ? again_of(t) : first_of(t), now, hour, Life::of_first);
  const auto by_strangers = is_known ? std::vector<Statement>() : together(one_in_a_row, one_hourly);
  if (counts_network(*tenant, t, limits)) {
    auto statements = together(count_refilled(network_row(t), now, p.address_refill_ms));
    if (site_row(t) != network_row(t)) statements.push_back(count_refilled(site_row(t), now, p.address_refill_ms));
    auto more = counts ? together(one_here) : std::vector<Statement>();
    if (counts) append(more, by_strangers);
    CO_TRY_VOID(count(a, std::move(statements), std::move(more)));
  }
  if (!counts) co_return false;
  CO_TRY(const auto here, count(a, together(one_here), by_strangers));
  const std::int64_t from_here = int_at(here.first(), 0);
  if (limits.protects_account && limits.is_per_place && from_here > limits.per_account)
    co_return too_many_for_account();
  if (is_known) co_return from_here == limits.per_account;
  CO_TRY(const auto row, count(a, together(one_in_a_row), together(one_hourly)));
  CO_TRY(const auto hourly, count(a, together(one_hourly), {}));
  const std::int64_t in_a_row = int_at(row.first(), 0), of_strangers = int_at(hourly.first(), 0);
  if (!limits.is_per_place) {
    if (limits.protects_account && in_a_row > limits.per_account) co_return too_many_for_account();
    co_return in_a_row == limits.per_account;
  }
  if (limits.protects_account && (of_strangers > limits.per_account || in_a_row > protocol::most_in_a_row))
    co_return too_many_for_account();
  co_return from_here == limits.per_account || of_strangers == limits.per_account ||
      in_a_row == protocol::most_in_a_row;
}

Async<std::int64_t> count_success(Authority& a, Attempt t) {
  CO_TRY(const auto counted, judge(a, t));
  const Guesses& g = counted.guesses;
  std::vector<Statement> statements;
  if (g.here > 0 || g.in_a_row > 0)
    statements.push_back(
        {"DELETE FROM attempts WHERE id = $1 OR id = $2", {here_of(t, g.is_known_browser), in_a_row_of(t)}});
  if (!t.person.empty() && !counted.is_fresh_network) append(statements, know_network(t, a.clock.now()));
  if (!statements.empty()) CO_TRY_VOID(a.store.commit(std::move(statements)));
  co_return g.here;
}

std::vector<Statement> know_network(const Attempt& t, std::int64_t now) {
  // Who has a second factor is known by that one only: a stolen password must not make its thief known.
  return together(
      Statement{"INSERT INTO known_networks (user_id, mark, seen_at) SELECT $1, $2, $3 WHERE $4 = 1 OR NOT EXISTS "
                "(SELECT 1 FROM authenticators WHERE user_id = $1 AND confirmed = 1) ON CONFLICT (user_id, mark) DO "
                "UPDATE SET seen_at = excluded.seen_at",
                {t.person, t.network, now, std::int64_t{t.secret == Secret::factor}}},
      Statement{"DELETE FROM known_networks WHERE user_id = $1 AND mark NOT IN (SELECT mark FROM known_networks WHERE "
                "user_id = $1 ORDER BY seen_at DESC, mark LIMIT $2)",
                {t.person, most_networks}});
}

Statement forget_failures(Secret secret, const std::string& account) {
  const std::string start = "account " + subject_of(secret, account);
  return {"DELETE FROM attempts WHERE id >= $1 AND id < $2", {start + " ", start + "!"}};
}

std::vector<Statement> forget_all_failures(const std::string& account) {
  return together(forget_failures(Secret::password, account), forget_failures(Secret::code, account),
                  forget_failures(Secret::factor, account));
}

Async<std::vector<std::string>> blocked_addresses(Authority& a, std::string account) {
  const auto tenant = a.tenant();
  const auto& p = tenant->attack_protection;
  const std::string start = "account " + account + " ";
  CO_TRY(const auto rows,
         a.store.query({"SELECT id, failures FROM attempts WHERE id >= $1 AND id < $2 AND failures >= $3",
                        {start, "account " + account + "!", p.max_failures}}));
  std::vector<std::string> out;
  for (const auto& row : rows) {
    std::string place = text_at(row, 0).substr(start.size());
    if (p.per_address ? !is_of_all(place) : place == "*row") out.push_back(p.per_address ? place : "");
  }
  co_return out;
}

// AZ-310 · Auth0: suspicious-ip-throttling
Async<bool> is_address_blocked(Authority& a, std::string address) {
  const auto tenant = a.tenant();
  const Attempt t{.secret = Secret::password, .account = {}, .address = std::move(address)};
  CO_TRY(const auto counted, read_counts(a, t));
  co_return protocol::judge_guess(counted.guesses, limits_of(*tenant, t)) == protocol::GuessStep::refuse_network;
}

std::vector<Statement> forget_address(const std::string& address) {
  const Attempt t{.secret = Secret::password, .account = {}, .address = address};
  return together(Statement{"DELETE FROM attempts WHERE id IN ($1, $2, $3)",
                            {network_row(t), site_row(t), "signup " + network_of(address)}});
}

}  // namespace ostia::authority
