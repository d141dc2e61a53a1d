// `/dashboard`, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering show_dashboard(Authority& a, Request r);

}  // namespace ostia::authority
