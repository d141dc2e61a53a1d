#include "protocol/exchange.hpp"

namespace ostia::authority::protocol {

std::optional<ExchangeRefusal> judge_exchange(const ExchangeRequest& r) {
  // AZ-618 · RFC 8693 section 2.1
  if (!r.subject_type_fits)
    return ExchangeRefusal{400, "invalid_request",
                           "subject_token_type must be urn:ietf:params:oauth:token-type:access_token",
                           "subject_token_type_unknown"};
  // AZ-618 · RFC 8693 section 2.1
  if (!r.requested_type_fits)
    return ExchangeRefusal{400, "invalid_request",
                           "requested_token_type must be urn:ietf:params:oauth:token-type:access_token",
                           "requested_token_type_unknown"};
  // AZ-618 · RFC 8693 section 2.1
  if (r.names_actor)
    return ExchangeRefusal{400, "invalid_request", "actor_token is not supported", "actor_token_unsupported"};
  // AZ-618 · RFC 8693 section 5
  if (r.client_is_public) return ExchangeRefusal{401, "access_denied", "Unauthorized", "client_public"};
  // AZ-618 · RFC 8693 section 2.2.2
  if (!r.subject_token_is_ours)
    return ExchangeRefusal{403, "invalid_grant", "Invalid subject_token", "subject_token_invalid"};
  // AZ-618 · RFC 8693 section 2.2.2
  if (!r.client_may)
    return ExchangeRefusal{403, "access_denied", "Client is not authorized to access the audience.",
                           "client_grant_missing"};
  // AZ-618 · RFC 8693 section 2.2.2
  if (r.is_for_that_audience)
    return ExchangeRefusal{403, "access_denied", "The subject_token is for that audience already", "audience_same"};
  // AZ-618 · RFC 6749 section 3.3
  if (!r.scope_that_is_unknown.empty())
    return ExchangeRefusal{400, "invalid_scope", "The client grant does not have every scope that was asked for",
                           "scope_wider"};
  return {};
}

}  // namespace ostia::authority::protocol
