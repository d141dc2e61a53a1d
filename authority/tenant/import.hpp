// Bringing a tenant in from files: the YAML of the Auth0 deploy CLI, and the bulk-import JSON of users. Reading the
// same file twice changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "crypto/crypto.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// YAML as JSON. The error has the line and column.
Result<json::Value> parse_yaml(std::string_view text);

/// Settings, applications, databases, APIs and client grants of `config`. Errors name the entry and what is wrong.
/// `warnings` gets a line for each part of the file that this version has no use for.
Status import_config(Store& store, const Sealer& secrets, const json::Value& config,
                     std::vector<std::string>& warnings);

/// Users who are not there yet, into `connection` where an entry names none. The passwords are hashed here and now.
Status import_users(Store& store, const json::Value& users, std::string_view connection, std::int64_t now);

}  // namespace ostia::authority
