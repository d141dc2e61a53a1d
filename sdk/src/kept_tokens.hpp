// The tokens that one `Credentials` and its copies keep: what the storage has, or, when it does not take it, what only
// memory has (docs/decisions/0038). Safe for several threads at once.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "fork_safe_mutex.hpp"
#include "ostia/json/value.hpp"
#include "ostia/storage.hpp"

namespace ostia::sdk {

/// Held until it goes; null: somebody else has it.
using Lock = std::shared_ptr<void>;

class KeptTokens {
 public:
  /// `lock_directory` empty: the storage says where its locks are.
  KeptTokens(std::shared_ptr<Storage> storage, std::string entry, std::string lock_directory);
  /// Tries once more to save what could not be saved.
  ~KeptTokens();
  KeptTokens(const KeptTokens&) = delete;
  KeptTokens& operator=(const KeptTokens&) = delete;

  /// For whoever changes what is kept.
  [[nodiscard]] Result<Lock> try_lock() const;
  /// For whoever spends the refresh token: who could not save its successor holds this on, so that nobody else spends
  /// the old one again.
  [[nodiscard]] Result<Lock> try_claim() const;

  /// The newest tokens; null when there are none.
  Result<json::Value> load();
  /// What the storage has, whatever memory may have.
  [[nodiscard]] Result<json::Value> load_stored() const;
  /// Saves `tokens`, the newest ones from now on.
  Status save(const json::Value& tokens);
  /// Has the storage make room for what a renewal of `tokens` will save.
  Status reserve(const json::Value& tokens);
  /// Gives that room back.
  void release();
  /// Forgets all of them.
  Status remove();

  /// Keeps `tokens`, which the storage refused for the reason `why`, in memory.
  void hold(json::Value tokens, Error why, Lock claim);
  /// Saves what is held, if it can be now. For whoever does not hold the lock.
  void settle();
  /// Whether nothing is held; else why.
  Status status();
  /// The claim that is held with the tokens in memory; null without.
  Lock claim();

 private:
  struct Held {
    json::Value tokens;
    std::string replaces;  // the refresh token that the storage had; who finds another one there has newer tokens
    Error why;
    Lock claim;
    pid_t owner;
  };
  void forget_foreign();
  [[nodiscard]] Status save_in_storage(const std::string& text) const;

  std::shared_ptr<Storage> storage_;
  std::string entry_, lock_directory_;
  ForkSafeMutex mutex_;
  std::string stored_;  // the refresh token that the storage had when it was last looked at
  std::optional<Held> held_;
  Lock foreign_claim_;  // of the process that forked this one
};

}  // namespace ostia::sdk
