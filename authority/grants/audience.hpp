// Which API a request asks for: by the vendor's `audience`, or by `resource` (RFC 8707).
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// `audience`, and where there is none, `resource` if the tenant heeds it (`resource_parameter_profile`). Empty:
/// neither. A program may write an address without a path with a slash at its end or without one; the API's identifier
/// decides. Error: 400 `invalid_target`, reason `resource_malformed`, for what is no address or has a fragment (section
/// 2).
Result<std::string> asked_audience(const Tenant& tenant, const Parameters& parameters);

/// An error of an audience that nobody has, as who has asked by `resource` is told of it: `invalid_target`.
Error as_target_error(Error error, const Parameters& parameters);

/// Whether what is asked for when a code is redeemed is what was asked for when it was made (section 2.2). Error: 400
/// `invalid_target`, reason `resource_differs`.
Status check_resource(const Tenant& tenant, const Parameters& parameters, const std::string& granted);

}  // namespace ostia::authority
