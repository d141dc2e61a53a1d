// The grant types of the token endpoint (AZ-601 to AZ-626).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

struct GrantType {
  std::string_view name;
  /// The token response for a client that has been authenticated and has this grant. Errors have the endpoint's codes.
  Async<json::Value> (*handle)(Authority&, const Request&, const Client&, const Parameters&);
  const char *success, *failure;  ///< types of the tenant's log
};

/// Null for a type that is not known.
const GrantType* find_grant_type(std::string_view name);

/// The names of all of them.
std::vector<std::string> grant_type_names();

}  // namespace ostia::authority
