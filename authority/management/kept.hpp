// Resources that are kept and not acted upon.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

/// Takes away what is kept of that path, and below it: `connections/con_1` once that connection is gone.
std::vector<Statement> forget_kept(const std::string& path);

}  // namespace ostia::authority::management
