// From a request to its endpoint.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// Finds the endpoint of a request, with what holds for all of them: domains, methods, CORS, HEAD.
Answering route(Authority& a, Request r);

}  // namespace ostia::authority
