// The shapes that documents and requests of the Management API must have, by name: a part of JSON Schema, and the
// vendor's wording of what is wrong.
#pragma once

#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// All of them, as the description of the API has them.
const json::Value& schemas();

/// Checks `value` against the schema of that name. The error is 400 `invalid_body`.
Status validate(const json::Value& value, std::string_view schema);

}  // namespace ostia::authority
