// How often anybody may guess (NIST SP 800-63B section 5.2.2): a password, a code, a second factor. What strangers have
// tried from elsewhere is held against strangers only, and what is right never gives a guesser new tries.
#pragma once

#include <cstdint>
#include <string_view>

namespace ostia::authority::protocol {

/// What has been counted so far for one account and from where somebody tries it now.
struct Guesses {
  std::int64_t here = 0;         ///< failures at this account from this network, or in this known browser
  bool has_failed_here = false;  ///< one of them within the hour
  bool is_known_place = false;   ///< the person has signed in with this browser, or from this network
  bool is_known_browser = false;
  // Of all strangers together, within the hour: from networks that had not failed at this account before, and from
  // those that had.
  std::int64_t first = 0, again = 0;
  std::int64_t in_a_row = 0;  ///< failures of strangers since the right proof was given last
  // Of this network at all accounts, what has been refilled taken off: an IPv4 address or an IPv6 /64; an IPv6 /48.
  std::int64_t network = 0, site = 0;
};

struct GuessLimits {
  bool protects_account = true, protects_network = true;
  bool is_per_place = true;       ///< `here` counts, else all failures together (`count_per_identifier`)
  std::int64_t per_account = 10;  ///< from one place; so many `first` ones and so many `again` in an hour
  std::int64_t per_network = 100;
};

/// Failures in a row after which strangers are not judged any more.
inline constexpr std::int64_t most_in_a_row = 100;
/// A site (IPv6 /48) is given so many times what a network is.
inline constexpr std::int64_t networks_of_a_site = 4;

enum class GuessStep : std::uint8_t {
  judge,
  refuse_account,  ///< too many guesses at this account
  refuse_network,  ///< too many from this network
};

GuessStep judge_guess(const Guesses& so_far, const GuessLimits& limits);

}  // namespace ostia::authority::protocol
