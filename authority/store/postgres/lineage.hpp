// Which history a database is of. A replica that takes its primary's place begins a new timeline of the same system;
// the old primary, should it come back, is at the lower one, and what is written there is lost.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "ostia/result.hpp"

namespace ostia::authority::postgres {

struct Lineage {
  std::string system;         ///< the identifier that initdb gave the cluster, and that its replicas share
  std::int64_t timeline = 0;  ///< one more with each promotion
  bool operator==(const Lineage&) const = default;
};

enum class Standing : std::uint8_t {
  current,       ///< of the history that is followed
  newer,         ///< a replica has been promoted: this is the history from now on
  old_primary,   ///< its place has been taken
  other_system,  ///< another database altogether
};

/// How what was seen stands to what is known; nothing is known at first.
Standing judge_lineage(const std::optional<Lineage>& known, const Lineage& seen);

/// What a program knows, and keeps in a file for its next run. Thread-safe.
class Lineages {
 public:
  /// An empty name: nothing is kept. Errors: there is a file, and it says something else than a lineage.
  static Result<std::optional<Lineage>> read(const std::string& file);
  Lineages(std::string file, std::optional<Lineage> known) : file_(std::move(file)), known_(std::move(known)) {}

  /// Judges what a server says of itself and remembers it where it is newer. Says in the log what is not followed,
  /// once.
  Standing meet(const std::string& server, const Lineage& seen);
  /// Whether a connection to that may still be written to.
  [[nodiscard]] bool is_current(const Lineage& lineage) const;
  /// Why a server is not followed, for whoever starts the program.
  [[nodiscard]] Error refusal(Standing standing, const std::string& server) const;

 private:
  void keep() const;

  const std::string file_;
  mutable std::mutex mutex_;
  std::optional<Lineage> known_;
  std::set<std::string> told_;  ///< lines of the log
};

}  // namespace ostia::authority::postgres
