// Request objects (RFC 9101): a client signs what it asks for, and nobody on the way can change it.
#pragma once

#include "http/message.hpp"
#include "tenant/client.hpp"

namespace ostia::authority {

/// The parameters that `object` has: these alone count (RFC 9101 section 6.3). Errors: `request_not_supported` where
/// the application has no keys for it, `invalid_request_object`.
Result<Parameters> read_request_object(const Client& client, std::string_view issuer, std::string_view object,
                                       std::int64_t now);

}  // namespace ostia::authority
