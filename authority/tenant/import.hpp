// The tenant as files: the YAML of the Auth0 deploy CLI in, and out again. What is brought in twice changes
// nothing, and what goes out comes back in as it was.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/secrets.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// What bringing a file in would do.
struct ImportPlan {
  struct Change {
    std::string section, entry;  ///< such as `clients` and a client's name
    bool is_new = false;
    std::vector<std::string> members;  ///< that differ from what is stored
  };
  std::vector<Change> changes;
  std::vector<std::string> warnings;  ///< a line for each part of the file that has no effect in this version
  std::vector<Statement> statements;
};

/// Reads `config` (`source.hpp`) against what is stored. Errors name the entry and what is wrong.
Result<ImportPlan> plan_import(Store& store, const Secrets& secrets, json::Value config);
Status apply(Store& store, ImportPlan plan);

/// The whole tenant. Without secrets, what comes in again keeps those that are stored there.
Result<json::Value> export_tenant(Store& store, const Secrets& secrets, bool with_secrets);
/// Its users, with their hashes, in the bulk format that `--users` reads; linked accounts are not in it. They are read
/// some thousand at a time, and `progress` is told how many there are so far, and of what share of all.
using ExportProgress = std::function<void(std::int64_t done, double share)>;
Result<json::Value> export_users(Store& store, const ExportProgress& progress = {});

}  // namespace ostia::authority
