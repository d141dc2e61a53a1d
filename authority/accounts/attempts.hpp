// Who guesses passwords or codes is slowed down: failures are counted for each account, by the address that they come
// from, and for each address over all accounts (the vendor's brute-force protection and suspicious IP throttling).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// One try of somebody at `address` for the account that `subject` names: an account's id, or, where there is none,
/// what was typed, so that both are counted alike.
struct Attempt {
  std::string subject, address;
  bool protects_account = true;  ///< the connection's `brute_force_protection`
};

/// Nothing if the try may go on; `too_many_attempts` with the reason `too_many_attempts` (the account's count) or
/// `address_blocked`.
Async<Unit> check_attempts(Authority& a, Attempt attempt);
/// Counts a failure. True when it is the one that blocks the account here: then a mail goes out.
Async<bool> count_failure(Authority& a, Attempt attempt);
/// Forgets the account's failures, from that address, or, with an empty address, from everywhere. Says how many there
/// had been, from one address.
Async<std::int64_t> forget_failures(Authority& a, Attempt attempt);

}  // namespace ostia::authority
