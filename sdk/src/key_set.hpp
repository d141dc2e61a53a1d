// One JSON Web Key Set as it came, with an index of its names, and its keys made ready when they are first asked for:
// what a stranger's token costs does not depend on how many keys an authority has, nor on how many headers there are.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "fork_safe_mutex.hpp"
#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"

namespace ostia::sdk {

/// Safe for several threads at once.
class KeySet {
 public:
  KeySet(json::Value jwks, std::shared_ptr<Crypto> crypto);
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

  /// What the set has for the header of a token (`jose::find_key`).
  struct Choice {
    const json::Value* key = nullptr;               ///< lives as long as the set
    std::shared_ptr<const VerificationKey> usable;  ///< the same, ready to use
    bool is_named = false;                          ///< there is a key of that name, fit or not
  };
  [[nodiscard]] Choice choose(const json::Value& header) const;
  /// The part of the set that the answer to `header` depends on, as JSON.
  [[nodiscard]] std::string excerpt(const json::Value& header) const;
  /// Whether any of its keys can check a signature; if not, it is not worth another set. With more than a few that look
  /// as if they could, nobody finds out.
  [[nodiscard]] bool has_usable() const;

 private:
  using Keys = std::vector<const json::Value*>;
  [[nodiscard]] const Keys& named(const json::Value& header) const;
  [[nodiscard]] std::shared_ptr<const VerificationKey> ready(const json::Value* key,
                                                             const std::string& algorithm) const;
  [[nodiscard]] const json::Value* of_no_name(const json::Value& header) const;
  [[nodiscard]] const json::Value* pick(const Keys& keys, const json::Value& header) const;

  const json::Value jwks_;
  const std::shared_ptr<Crypto> crypto_;
  Keys all_;
  std::unordered_map<std::string_view, Keys> by_name_;
  mutable ForkSafeMutex mutex_;
  // Made when first asked for; an algorithm is one of ten, so a stranger cannot make more of them.
  mutable std::map<std::pair<const json::Value*, std::string>, std::shared_ptr<const VerificationKey>> ready_;
  mutable std::map<std::string, const json::Value*> of_no_name_;
};

}  // namespace ostia::sdk
