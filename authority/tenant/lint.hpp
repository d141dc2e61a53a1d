// What of a tenant RFC 9700 (the OAuth 2.0 security best current practice) would not allow, and how to change it.
#pragma once

#include <string>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority {

struct Finding {
  std::string where;   ///< such as `clients[Shop].grant_types`
  std::string what;    ///< what is wrong with it
  std::string rule;    ///< such as `RFC 9700 section 2.1.2`
  std::string change;  ///< what would be right
};

/// Looks at a configuration, as a file or an export has it.
std::vector<Finding> lint(const json::Value& config);

}  // namespace ostia::authority
