// Locks between processes.
#pragma once

#include <memory>
#include <string>

#include "ostia/result.hpp"

namespace ostia::sdk {

/// The lock of the file `path`, which is made; null: somebody else has it, in this process or another. It goes with the
/// pointer, and with the process. Errors: `storage_error` (`cannot_lock`), also where the file system knows no locks.
Result<std::shared_ptr<void>> try_file_lock(const std::string& path);

}  // namespace ostia::sdk
