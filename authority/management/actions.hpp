// Actions: code of the tenant's that is edited first and deployed then.
#pragma once

#include "ostia/json/value.hpp"

namespace ostia::authority::management {

/// Makes the code and secrets as they are now what runs.
void deploy_action(json::Value& action, const std::string& now);
/// What is shown of it.
json::Value present_action(json::Value action);

}  // namespace ostia::authority::management
