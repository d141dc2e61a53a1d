// For the files of this folder only.
#pragma once

#include <string>

namespace ostia::authority {

/// `hash_problem` of what `imported_hash` keeps.
std::string imported_hash_problem(const std::string& kept);

}  // namespace ostia::authority
