// Where the SDK keeps files (XDG Base Directory Specification).
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::sdk {

/// `$XDG_STATE_HOME/ostia`, else `~/.local/state/ostia`; empty without a home.
std::string state_directory();
/// `$XDG_RUNTIME_DIR/ostia`, else the state's.
std::string runtime_directory();
/// Makes `path` (mode 0700) and what is above it. Errors: `storage_error`, also when it belongs to somebody else or
/// others may write in it.
Status make_private_directory(const std::string& path);

}  // namespace ostia::sdk
