// What the members of a document are where nobody has said anything of them: one table (`defaults.json`), by resource.
// Documents are stored without them and shown with them.
#pragma once

#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// `body` with the defaults of that resource: a kind of document, or the path of a setting. A member whose name begins
/// with `?` in the table completes an object that is there, and makes none.
json::Value with_defaults(std::string_view resource, json::Value body);

/// The same, by a table of its own.
json::Value completed(json::Value body, const json::Value& defaults);

}  // namespace ostia::authority
