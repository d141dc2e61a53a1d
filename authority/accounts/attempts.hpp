// Who guesses passwords or codes is slowed down: failures are counted for each account, by where they come from and of
// all strangers together, and for each network over all accounts (the vendor's brute-force protection and suspicious IP
// throttling). The rule is `protocol/guesses.hpp`; what is counted is here.
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// What is guessed. Each kind has counters of its own: who guesses passwords uses up no tries of a second factor.
enum class Secret : std::uint8_t {
  password,
  code,         ///< of a passwordless login
  factor,       ///< a second factor of any kind, a recovery code, too
  device_code,  ///< what a device shows, of no account
};

/// One try at a secret of an account.
struct Attempt {
  Secret secret = Secret::password;
  std::string account;           ///< its id; or, where there is none, what was typed, so that both are counted alike
  std::string address;           ///< of who tries; empty: everywhere
  std::string network;           ///< the mark of their network, as a person's known ones have it
  std::string browser;           ///< the mark of their browser, likewise; empty: it has no name
  std::string person;            ///< whose places those are; empty: nobody's
  bool protects_account = true;  ///< the connection's `brute_force_protection`
};
/// `account` and the person whose it is; nobody's with what was typed.
Attempt attempt_of(const Authority& a, const Request& request, Secret secret, const User& account);
Attempt attempt_of(const Request& request, Secret secret, std::string_view typed);

/// Where somebody tries from.
enum class Place : std::uint8_t { strange, known };
/// Whether the try may be made, before anything is computed for it, and whether the person has been there. Errors: 429
/// `too_many_attempts` with the reason `too_many_attempts` (the account's count) or `address_blocked`.
Async<Place> check_attempts(Authority& a, Attempt attempt);
/// Counts a failure. True when it is the one that blocks the account: then a mail goes out. The error is as above: of a
/// thousand at once no more are told that they were wrong than of a thousand one after the other.
Async<bool> count_failure(Authority& a, Attempt attempt);
/// The proof was right. Asks once more whether the try may be made: of many at once, those that were counted while this
/// one was judged must stop it. Then the failures from there are forgotten, of which it says how many there had been,
/// and the network becomes one of the person's; of somebody who has a second factor only with that one (`Secret`).
Async<std::int64_t> count_success(Authority& a, Attempt attempt);
/// Forgets the failures at one secret of an account, from everywhere: its owner has come by the mailbox, which is no
/// proof of another secret.
Statement forget_failures(Secret secret, const std::string& account);
/// The same for all of them: an administrator says so.
std::vector<Statement> forget_all_failures(const std::string& account);
/// Makes network a known one whatever has been proven: somebody came by a link that went to the person.
std::vector<Statement> know_network(const Attempt& attempt, std::int64_t now);

/// What of a user's is blocked, as the Management API tells it: the addresses; an empty text for all.
Async<std::vector<std::string>> blocked_addresses(Authority& a, std::string account);

/// Whether logins from an address are refused now, whoever's account they are for.
Async<bool> is_address_blocked(Authority& a, std::string address);
/// The statements that forget what has come from an address: failed logins and sign-ups.
std::vector<Statement> forget_address(const std::string& address);

}  // namespace ostia::authority
