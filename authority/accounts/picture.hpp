// The picture of somebody who has none: their initials, drawn by this authority, so that it works without a network and
// tells nobody who looks at whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/users.hpp"

namespace ostia::authority {

/// Where it is, at that issuer. It says no more than the initials.
std::string default_picture(const User& user, std::string_view issuer);

/// An SVG of one or two letters; nothing for what `default_picture` does not name.
std::optional<std::string> draw_initials(std::string_view initials);

}  // namespace ostia::authority
