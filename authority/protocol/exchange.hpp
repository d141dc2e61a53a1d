// A token of one API that is exchanged for one of the next (RFC 8693).
#pragma once

#include <optional>
#include <string_view>

namespace ostia::authority::protocol {

struct ExchangeRequest {
  bool subject_type_fits = false;          ///< `subject_token_type` is that of an access token
  bool requested_type_fits = false;        ///< `requested_token_type` is that, too, or is not there
  bool names_actor = false;                ///< `actor_token` or its type, which are not supported
  bool client_is_public = false;           ///< it has no secret to prove itself by
  bool subject_token_is_ours = false;      ///< an access token of this authority's that is good now
  bool is_for_that_audience = false;       ///< already: there is nothing to exchange
  bool client_may = false;                 ///< a client grant lets the client ask for the audience
  std::string_view scope_that_is_unknown;  ///< the first that was asked for and that the client grant does not have
};

struct ExchangeRefusal {
  int status;
  std::string_view code, description, reason;
};

/// Nothing where the person's own rules (`gate.hpp`) come next.
std::optional<ExchangeRefusal> judge_exchange(const ExchangeRequest& request);

}  // namespace ostia::authority::protocol
