// The keys that tokens are signed and checked by: the current one, the next one, which is published before it is used,
// and the previous ones until they are revoked.
#pragma once

#include <vector>

#include "crypto/secrets.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct KeyRing {
  std::vector<SigningKey> keys;  ///< of each algorithm the first one signs, all of them verify; RS256 is the first
  std::string jwks;              ///< the public halves, as they are published

  [[nodiscard]] const SigningKey& current() const { return keys.front(); }
  /// The one that signs by that algorithm, or null.
  [[nodiscard]] const SigningKey* current(std::string_view algorithm) const;
  /// The key of that name, or null.
  [[nodiscard]] const SigningKey* find(std::string_view kid) const;
};

/// The stored keys; the current and the next one are made where there is none, for RS256 and for each of `algorithms`.
/// Error: they were sealed with another master key.
Result<std::shared_ptr<const KeyRing>> load_keys(Store& store, const Secrets& secrets, std::string_view common_name,
                                                 const std::vector<std::string>& algorithms, std::int64_t now);

/// The statement that keeps a new key in `state`: `current` or `next`.
Statement insert_key(const SigningKey& key, const Secrets& secrets, const char* state, std::int64_t now);

}  // namespace ostia::authority
