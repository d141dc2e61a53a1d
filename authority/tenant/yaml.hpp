// YAML, as far as JSON can say it: what the deploy CLI writes and reads.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// The error has the line and column.
Result<json::Value> parse_yaml(std::string_view text);

/// The same value always gives the same text. Texts of several lines are written as blocks.
std::string write_yaml(const json::Value& value);

}  // namespace ostia::authority
