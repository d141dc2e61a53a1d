#include "protocol/session_transfer.hpp"

namespace ostia::authority::protocol {

// Auth0: session_transfer.can_create_session_transfer_token
std::optional<TransferRefusal> judge_transfer_asker(const TransferAsker& asker) {
  if (!asker.is_own || !asker.makes_tokens)
    return TransferRefusal{403, "unauthorized_client", "The application may not create session transfer tokens",
                           "session_transfer_disabled"};
  if (asker.was_transferred)
    return TransferRefusal{403, "unauthorized_client",
                           "This login came by a session transfer itself, and is handed over no further",
                           "session_transfer_repeated"};
  return {};
}

// Auth0: native to web SSO
TransferNext judge_transfer(const Transferred& token) {
  if (!token.is_ours) return {TransferStep::refuse, "session_transfer_invalid"};
  if (!token.is_first) return {TransferStep::refuse, "session_transfer_replayed"};
  if (token.application_is_bound && !token.is_same_address) return {TransferStep::refuse, "session_transfer_elsewhere"};
  if (!token.asker_may) return {TransferStep::refuse, "session_transfer_disabled"};
  if (!token.grant_stands) return {TransferStep::refuse, "session_transfer_ended"};
  if (!token.has_session) return {TransferStep::begin, {}};
  if (token.is_same_person) return {TransferStep::go_on, {}};
  return {TransferStep::change_over, "session_transfer_other_person"};
}

}  // namespace ostia::authority::protocol
