// Users in bulk: the vendor's import format, read entry by entry, so that one bad entry costs nobody else their place.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct UsersImport {
  std::string connection;  ///< where an entry names none
  std::string provider = "auth0";
  bool upsert = false;          ///< users who are there already are changed
  bool skips_existing = false;  ///< users who are there already are no mistake
  /// The operator's own file: `app_metadata.ostia.administrator` makes an administrator, and an entry may name its
  /// connection. From anybody else both are mistakes.
  bool is_operators = false;
  std::int64_t now = 0;
};

struct UserMistake {
  std::int64_t index = 0;  ///< among the entries, from 0
  std::int64_t line = 0;   ///< of the file, from 1
  json::Value user;        ///< without its password; null if it could not be read
  std::string code, message, path;
};

/// Which entry it was, for whoever reads the error: `users[3], line 5`.
std::string place_of(const UserMistake& mistake);

struct UsersImported {
  std::int64_t total = 0, inserted = 0, updated = 0;
  std::vector<UserMistake> mistakes;
};

/// Reads `text`, a JSON array of users or one user a line, and keeps who is good. Passwords in clear are hashed here
/// and now. The error means that nothing could be kept at all. Blocks: not for an event loop. `progress` is told how
/// many entries are done, and what share of the text they are.
using ImportProgress = std::function<void(std::int64_t done, double share)>;
Result<UsersImported> import_users(Store& store, std::string_view text, const UsersImport& how,
                                   const ImportProgress& progress = {});

}  // namespace ostia::authority
