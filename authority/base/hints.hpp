// What helps a developer whose request was refused: with `--dev` it goes along with the error.
#pragma once

#include <string>
#include <string_view>

namespace ostia::authority {

/// What docs/errors-of-the-authority.md says of a reason, in plain text; empty for one that it does not have.
std::string hint_for(std::string_view reason);

}  // namespace ostia::authority
