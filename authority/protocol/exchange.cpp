#include "protocol/exchange.hpp"

namespace ostia::authority::protocol {
namespace {

struct Rule {
  bool (*holds)(const ExchangeRequest&);
  ExchangeRefusal refusal;
};

constexpr Rule rules[] = {
    // AZ-618 · RFC 8693 section 2.1
    {[](const ExchangeRequest& r) { return r.subject_type_fits; },
     {400, "invalid_request", "subject_token_type must be urn:ietf:params:oauth:token-type:access_token",
      "subject_token_type_unknown"}},
    // AZ-618 · RFC 8693 section 2.1
    {[](const ExchangeRequest& r) { return r.requested_type_fits; },
     {400, "invalid_request", "requested_token_type must be urn:ietf:params:oauth:token-type:access_token",
      "requested_token_type_unknown"}},
    // AZ-618 · RFC 8693 section 2.1
    {[](const ExchangeRequest& r) { return !r.names_actor; },
     {400, "invalid_request", "actor_token is not supported", "actor_token_unsupported"}},
    // AZ-618 · RFC 8693 section 5
    {[](const ExchangeRequest& r) { return !r.client_is_public; },
     {401, "access_denied", "Unauthorized", "client_public"}},
    // AZ-618 · RFC 8693 section 2.2.2
    {[](const ExchangeRequest& r) { return r.subject_token_is_ours; },
     {403, "invalid_grant", "Invalid subject_token", "subject_token_invalid"}},
    // AZ-618 · RFC 8693 section 2.2.2
    {[](const ExchangeRequest& r) { return r.client_may; },
     {403, "access_denied", "Client is not authorized to access the audience.", "client_grant_missing"}},
    // AZ-618 · RFC 8693 section 2.2.2
    {[](const ExchangeRequest& r) { return !r.is_for_that_audience; },
     {403, "access_denied", "The subject_token is for that audience already", "audience_same"}},
    // AZ-618 · RFC 6749 section 3.3
    {[](const ExchangeRequest& r) { return r.scope_that_is_unknown.empty(); },
     {400, "invalid_scope", "The client grant does not have every scope that was asked for", "scope_wider"}},
};

}  // namespace

std::optional<ExchangeRefusal> judge_exchange(const ExchangeRequest& request) {
  for (const auto& rule : rules)
    if (!rule.holds(request)) return rule.refusal;
  return {};
}

}  // namespace ostia::authority::protocol
