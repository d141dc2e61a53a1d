// What is kept in the database and opens something, sealed: its place is part of the seal, so that who can write the
// database cannot move a secret from one row to another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/crypto.hpp"

namespace ostia::authority {

/// Where a secret is kept: `{"authenticators", id, "sealed"}`.
struct Kept {
  std::string_view table, row, column;
};

/// Thread-safe.
class Secrets {
 public:
  /// Both keys are 32 bytes: one seals, the other is for `mark` alone.
  Secrets(std::string_view sealing_key, std::string_view mark_key);

  [[nodiscard]] std::string seal(std::string_view plain, const Kept& where) const;  ///< base64url
  /// Nothing for what was sealed with another key, or for another place.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, const Kept& where) const;
  /// A keyed digest, base64url: what a short secret, such as a code of six digits, is known by in the store.
  [[nodiscard]] std::string mark(std::string_view text) const;

 private:
  Sealer sealer_;
  Marker marker_;
};

}  // namespace ostia::authority
