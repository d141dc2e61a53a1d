// Markers in a tenant's files, as the deploy CLI has them: `@@NAME@@` stands for a JSON value, also where it is quoted,
// and
// `##NAME##` for a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

/// What markers stand for: an object, from `file` (the values themselves, or a configuration of the deploy CLI with its
/// `AUTH0_KEYWORD_REPLACE_MAPPINGS`) over the environment's `AUTH0_KEYWORD_REPLACE_MAPPINGS`. No file: an empty name.
/// Errors: what cannot be read, or is no JSON object.
Result<json::Value> read_mappings(const std::string& file);

struct UnfilledMarker {
  std::string text;      ///< such as `@@NAME@@`
  std::size_t line = 0;  ///< from 1
};
struct Marked {
  std::string text;
  std::vector<UnfilledMarker> unfilled;  ///< that have no value, each once
};
/// Replaces the markers of `text`. One without a value stays; in YAML it is quoted, where it would be no text
/// otherwise.
Marked replace_markers(std::string_view text, const json::Value& mappings, bool is_yaml);

/// The first marker in `text`; empty: there is none.
std::string_view find_marker(std::string_view text);

}  // namespace ostia::authority
