// Pushed authorization requests (RFC 9126): the parameters come from the client itself, and the browser carries a name
// for them.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

bool is_pushed_request(const Parameters& parameters);
/// What was pushed under the `request_uri`, which works once and for its client only.
Async<Parameters> open_pushed_request(Authority& a, const Parameters& parameters);

}  // namespace ostia::authority
