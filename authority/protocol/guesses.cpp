#include "protocol/guesses.hpp"

namespace ostia::authority::protocol {

GuessStep judge_guess(const Guesses& g, const GuessLimits& limits) {
  // Whoever shares a network with a guesser has their own browser counted, and nothing else.
  // AZ-310 · Auth0: suspicious-ip-throttling
  const bool counts_network = limits.protects_network && !g.is_known_browser;
  if (counts_network && (g.network >= limits.per_network || g.site >= limits.per_network * networks_of_a_site))
    return GuessStep::refuse_network;
  if (!limits.protects_account) return GuessStep::judge;
  // AZ-309, AZ-615 · Auth0: brute-force-protection
  if (g.here >= limits.per_account) return GuessStep::refuse_account;
  if (g.is_known_place) return GuessStep::judge;
  // AZ-309 · ASVS 6.3.1
  if (g.in_a_row >= most_in_a_row) return GuessStep::refuse_account;
  if (!limits.is_per_place) return g.in_a_row >= limits.per_account ? GuessStep::refuse_account : GuessStep::judge;
  const std::int64_t of_strangers = g.has_failed_here ? g.again : g.first;
  return of_strangers >= limits.per_account ? GuessStep::refuse_account : GuessStep::judge;
}

}  // namespace ostia::authority::protocol
