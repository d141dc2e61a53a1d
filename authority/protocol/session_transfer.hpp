// Session transfer (Auth0: native to web SSO): who may hand a login over, and what becomes of one that is handed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ostia::authority::protocol {

/// An application that asks for a session transfer token.
struct TransferAsker {
  bool is_own = false;           ///< the tenant's own: no other opens sessions
  bool makes_tokens = false;     ///< `can_create_session_transfer_token`
  bool was_transferred = false;  ///< its own login came of a transfer
};
struct TransferRefusal {
  int status;
  std::string_view code, description, reason;
};
/// Nothing: it gets one.
std::optional<TransferRefusal> judge_transfer_asker(const TransferAsker& asker);

/// What is known of a session transfer token that an application's request at `/authorize` brings.
struct Transferred {
  bool is_ours = false;               ///< sealed here, for this domain, and not over
  bool is_first = false;              ///< nobody has used it before
  bool is_same_address = false;       ///< as that of the application that asked for it
  bool application_is_bound = false;  ///< `enforce_device_binding` of the application that it opens
  bool grant_stands = false;          ///< of the refresh token, with its person and their epoch
  bool asker_may = false;             ///< the application that asked for it still may
  bool has_session = false;           ///< the browser has one,
  bool is_same_person = false;        ///< of the same person
};
enum class TransferStep : std::uint8_t {
  begin,        ///< a session
  go_on,        ///< with the one that the browser has
  change_over,  ///< end that one, and ask for a login: two people at one browser are not exchanged silently
  refuse,       ///< ask for a login
};
struct TransferNext {
  TransferStep step;
  std::string_view reason;  ///< why not; empty where it is good
};
TransferNext judge_transfer(const Transferred& token);

}  // namespace ostia::authority::protocol
