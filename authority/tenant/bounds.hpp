// How long and how many: the numbers of the tenant's documents, each with its range. One table for tenant files, lint,
// the Management API and what is read from the database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

struct Bound {
  const char* kind;  ///< of the document
  const char* id;    ///< of a setting; empty: of any
  const char* path;  ///< in the document: `refresh_token.leeway`
  double least, most;
  bool is_whole = true;  ///< no fractions
};
const std::vector<Bound>& bounds();

/// Whether the numbers of a document, or of a change of one, are in their ranges. The error (`number_out_of_range`)
/// names the first that is not, its value and its range; its description begins with the member's path.
Status check_bounds(std::string_view kind, std::string_view id, const json::Value& body);

/// A document as it can be worked with, whoever wrote it: what is more than its range allows is the most that it
/// allows. The log tells of it.
json::Value within_bounds(std::string_view kind, std::string_view id, json::Value body);

}  // namespace ostia::authority
