// The demo tenant: what `--dev` starts with when no configuration is given.
#pragma once

#include <string_view>

namespace ostia::authority {

extern const std::string_view demo_config;  ///< YAML; `{issuer}` stands for the canonical issuer
extern const std::string_view demo_users;   ///< JSON

}  // namespace ostia::authority
