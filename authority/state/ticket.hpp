// Tickets: sealed statements of ours that come back in a link, a form or a request. Each is for one purpose and until a
// time; making one writes nothing, and one that must work once is marked when it is used.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// Bytes: what proxies and browsers take in an address and its answer with much else beside it.
inline constexpr std::size_t longest_in_address = 1000;
/// `lifetime` in seconds.
std::string seal_ticket(const Authority& a, std::string_view purpose, json::Value body, std::int64_t lifetime);

/// What was sealed; nothing if it is not ours, for another purpose or too old.
std::optional<json::Value> open_ticket(const Authority& a, std::string_view purpose, std::string_view ticket);

/// The same for a ticket that stands in an address, which has no room for more than `longest_in_address` bytes: a body
/// that needs more is kept here, and the ticket is its name. The statement that keeps it is added to `keep`.
std::string seal_for_address(const Authority& a, std::string_view purpose, json::Value body, std::int64_t lifetime,
                             std::vector<Statement>& keep);
/// Opens a ticket of either kind.
Async<std::optional<json::Value>> open_from_address(Authority& a, std::string purpose, std::string ticket);

/// What the two above stand on, with a sealer of one's own. `until`: seconds since 1970.
std::string put_into_address(const Sealer& sealer, const std::string& plain, std::int64_t until,
                             std::vector<Statement>& keep, std::size_t longest = longest_in_address);
Async<std::optional<std::string>> take_from_address(Authority& a, const Sealer& sealer, std::string text);

/// Marks `ticket` used, until `until` (seconds since 1970). False if it was used before: of two at once, one wins.
Async<bool> use_once(Authority& a, std::string ticket, std::int64_t until);

/// The same as a statement for a commit with more in it, which a ticket that was used before breaks (`store_conflict`).
Statement mark_used(std::string_view ticket, std::int64_t until);

/// Whether `ticket` has been marked used.
Async<bool> was_used(Authority& a, std::string ticket);

/// A write that leaves nothing behind, for where an answer must take as long as if there had been something to write.
Statement decoy_write();

}  // namespace ostia::authority
