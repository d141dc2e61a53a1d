// The files of a SQLite database as they lie in their folder: whether they are still those that are open. Who has an
// unlinked file open reads and writes it as before, and nobody else ever sees what was written. Paths are without links
// (`real_path`): SQLite follows those, and puts what belongs to a database beside the file itself.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>

#include "ostia/result.hpp"

namespace ostia::authority::sqlite {

/// Its name in the file system, which another file of the same path does not have.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileId&) const = default;
};
std::optional<FileId> id_of(const std::string& path);
/// Bytes; 0 if it is not there.
std::int64_t size_of(const std::string& path);

/// The database, its log of writes, and the index of that.
struct Files {
  std::optional<FileId> database, log, index;
  bool operator==(const Files&) const = default;
};
Files files_of(const std::string& database);

/// What lies beside a database and belongs to it, by what follows its name.
constexpr std::array<const char*, 3> companions = {"-wal", "-shm", "-journal"};

/// Says whether another program has a database open whose log of writes is not the one beside it any more (it was
/// deleted): what that program has written since cannot be read by anybody else.
class Neighbours {
 public:
  /// Keeps the files open until it goes: closing one would give up the locks that this process has on it. To be made
  /// before and destroyed after the connections to the database.
  explicit Neighbours(const std::string& database);
  ~Neighbours();
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;
  [[nodiscard]] Status check();
  /// The same, once that program has had the time to notice and to save what it has.
  [[nodiscard]] Status wait();

 private:
  std::string database_;
  int file_ = -1, index_ = -1;
};

}  // namespace ostia::authority::sqlite
