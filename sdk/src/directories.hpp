// Where the SDK keeps files (XDG Base Directory Specification).
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::sdk {

/// `$XDG_STATE_HOME/ostia`, else `~/.local/state/ostia`; without a home in the environment that of the password
/// database. Empty without either.
std::string state_directory();
/// `~/.local/state/ostia` by the password database, whatever the environment says.
std::string lock_directory();
/// The name of a file for a secret's `name`: it tells nothing.
std::string file_name(const std::string& name);
/// Makes `path` (mode 0700) and what is above it. Errors: `storage_error`, also when it belongs to somebody else or
/// others may write in it.
Status make_private_directory(const std::string& path);
/// Whether `path`, if it is there, belongs to this user alone. Errors: `storage_error` (`unsafe_directory`).
Status check_private_directory(const std::string& path);

}  // namespace ostia::sdk
