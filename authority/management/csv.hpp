// Cells of files that spreadsheets open.
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority::management {

/// A text as a cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula: where one would begin, at its
/// start or behind what another program takes for a separator, stands an apostrophe before it.
std::string csv_text(std::string_view text);
/// A value as a cell: numbers as they are, lists and objects as JSON, which reads as the same value.
std::string csv_cell(const json::Value& value);

}  // namespace ostia::authority::management
