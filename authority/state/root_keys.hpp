// The keys under which everything secret is sealed: made once, at random, and kept in the database under the master key
// alone. So another master key takes the old one's place by writing two rows, while the authority runs.
#pragma once

#include <string>

#include "crypto/secrets.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct RootKeys {
  std::string sealing, marks;  ///< 32 bytes each

  [[nodiscard]] Secrets secrets() const { return {sealing, marks}; }
};

/// The keys that `store` keeps under `master`; made if there are none. What an older program has sealed with the master
/// key itself is sealed anew. Error: the database was sealed with another master key.
Result<RootKeys> root_keys(Store& store, std::string_view master);
/// Keeps the keys under `next`, too: from then on both master keys are good.
Status add_master_key(Store& store, const RootKeys& keys, std::string_view next);
/// From then on `master` is the only one that is good.
Status keep_only_master_key(Store& store, std::string_view master);

}  // namespace ostia::authority
