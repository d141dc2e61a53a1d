// A request at `/authorize` on its way through the gate: what is known of it, and what is done about what comes next.
// Nothing else answers such a request.
#pragma once

#include "flow/step.hpp"
#include "grants/consent.hpp"
#include "grants/extensions.hpp"
#include "protocol/gate.hpp"

namespace ostia::authority {

/// A request, and what has been found out of it.
struct Journey {
  AuthorizationRequest request;
  std::optional<SignedIn> who;  ///< given, or found by the browser's cookie
  json::Value returned = {};    ///< what came back from where an action had sent the person; null: nothing did
  bool becomes_member = false;  ///< of the request's organization, by the way in or an invitation, once all is allowed
  Access access = {};
  Extension extension = {};
  std::int64_t withdrawals = -1;  ///< as in `Origin`
  protocol::Facts facts = {};

  /// What is agreed on, once everything is allowed.
  [[nodiscard]] Grant grant() const;
};

/// Asks the gate until it needs to know nothing more. Errors: those of the store.
Async<protocol::Next> ask_gate(Authority& a, const Request& request, Journey& journey);

/// Asks the gate, and does what comes of it: shows a page, sends the browser away, refuses, or answers.
boost::asio::awaitable<Response> go_on(Authority& a, const Request& request, Journey journey);
/// Does what is not `Allow`.
boost::asio::awaitable<Response> carry_out(Authority& a, const Request& request, Journey journey, protocol::Next next);

}  // namespace ostia::authority
