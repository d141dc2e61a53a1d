// What a developer may have to change, for the errors that configuration causes. Shown with `--dev` only.
#pragma once

#include <string_view>

namespace ostia::authority {

/// By an error's `reason`; empty where there is nothing to say.
std::string_view hint_for(std::string_view reason);

}  // namespace ostia::authority
