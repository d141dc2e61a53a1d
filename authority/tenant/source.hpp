// A tenant's files, as the deploy CLI writes them: one file of YAML or JSON, or a folder; markers, and files beside it.
#pragma once

#include <string>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

/// A tenant as its files say it, in one document of the form that the deploy CLI's YAML has.
struct TenantSource {
  json::Value config;
  std::vector<std::string> warnings;  ///< what has no value or cannot be read: each with its place
};

/// Reads the file or folder at `path`. `mappings`: what its markers stand for (`markers.hpp`). What needs a value and
/// has only a marker is left out, with a warning. Errors: what cannot be read, by file and line; a file outside of the
/// folder that is named in it; what is no tenant at all.
Result<TenantSource> read_tenant(const std::string& path, const json::Value& mappings);
/// The same for a text that has nothing beside it. `name`: for errors.
Result<TenantSource> read_tenant_text(std::string_view text, const std::string& name);

}  // namespace ostia::authority
