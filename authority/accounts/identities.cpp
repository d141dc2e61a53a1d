#include "accounts/identities.hpp"

namespace ostia::authority {

std::vector<Statement> unlink(const std::string& owner, const std::string& identity, std::int64_t now) {
  return together(
      Statement{"UPDATE users SET linked_to = '', updated_at = $3, version = version + 1 WHERE user_id = $1 AND "
                "linked_to = $2 AND linked_to <> '' RETURNING user_id",
                {identity, owner, now},
                true},
      Statement{"UPDATE users SET updated_at = $2, version = version + 1 WHERE user_id = $1", {owner, now}});
}

}  // namespace ostia::authority
