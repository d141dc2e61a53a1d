// Files that whoever runs the program names.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

/// The error of a wrong option or file, for the person who typed it.
Error invalid_option(std::string what);

/// The whole file. Errors: it cannot be read, or is a folder.
Result<std::string> read_file(const std::string& path);

}  // namespace ostia::authority
