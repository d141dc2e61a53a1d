// The part of Liquid that tenants' mails use: `{{ a.b | filter }}`, `if`, `elsif`, `else`, `unless`, `assign`,
// comments. A template can read the values that it is given and nothing else; it always ends.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// Renders `source` with `values`. With `escapes`, what is inserted is escaped for HTML unless it goes through the
/// filter `raw`. The error names the line.
Result<std::string> render_liquid(std::string_view source, const json::Value& values, bool escapes);

}  // namespace ostia::authority
