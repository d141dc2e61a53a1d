// What people call the browser that they have.
#pragma once

#include "pages/texts.hpp"

namespace ostia::authority {

/// A browser and its system in a few words, by its `User-Agent`: "Firefox, Linux".
std::string describe_device(const Texts& texts, std::string_view user_agent);

}  // namespace ostia::authority
