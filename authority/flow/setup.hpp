// The first administrator of an empty tenant.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// The address at which somebody becomes the first administrator; good for a day, and only while there is no
/// administrator.
std::string setup_link(const Authority& a);

}  // namespace ostia::authority
