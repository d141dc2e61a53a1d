// Calls the core by name with JSON, so that one set of vectors (core/testdata) runs natively, in WebAssembly and in the
// module's JavaScript form.
#pragma once

#include "ostia/json/value.hpp"

namespace ostia::vectors {

/// The answer to a vector's call; `{"error": reason}` where the core refuses.
json::Value call(const json::Value& vector);

}  // namespace ostia::vectors
