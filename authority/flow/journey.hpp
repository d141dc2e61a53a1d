// A request at `/authorize` on its way through the gate: what its rules must know is found out here.
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
  json::Value transfer = {};    ///< the session transfer token that it came with, as actions are told; null: none
  bool becomes_member = false;  ///< of the request's organization, by the way in or an invitation, once all is allowed
  Access access = {};
  Extension extension = {};
  std::int64_t withdrawals = -1;  ///< as in `Origin`
  protocol::Facts facts = {};

  /// What is agreed on, once everything is allowed.
  [[nodiscard]] Grant grant() const;
  /// Whether it is the authority's own page of the account that asks.
  [[nodiscard]] bool is_for_account() const;
  /// Lets the request carry what rules and actions have made of it.
  void keep_extension(const Authority& a);
};

/// Asks the gate until it needs to know nothing more. Errors: those of the store.
Async<protocol::Next> ask_gate(Authority& a, const Request& request, Journey& journey);

}  // namespace ostia::authority
