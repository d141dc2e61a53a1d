// What of the Management API stands outside its table of routes, each in a file that opens with the rule that it
// follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering download_export(Authority& a, Request r);

}  // namespace ostia::authority
