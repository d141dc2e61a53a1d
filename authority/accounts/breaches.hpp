// Passwords that were published in breaches of other sites.
#pragma once

#include <string>
#include <string_view>

namespace ostia::authority {

/// Whether `password` is in `file`: lines of `SHA1:count`, sorted, as Have I Been Pwned publishes them. A file that
/// cannot be read counts as empty; the log says so.
bool is_breached(std::string_view password, const std::string& file);

}  // namespace ostia::authority
