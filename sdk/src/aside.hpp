// Files that are written beside the ones whose place they will take.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "ostia/result.hpp"

namespace ostia::sdk {

/// A file beside `path`, on the same disk. It is locked as long as its process lives, which tells it from what a dead
/// process has left. It goes with the object, unless it took its place. Errors: `storage_error` (`cannot_write`).
class Aside {
 public:
  static Result<std::shared_ptr<Aside>> make(const std::string& path);
  Aside(std::string path, std::string name, int fd);
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  /// Fills it with `size` octets that mean nothing and are on the disk when this returns: so much can be written later.
  Status fill(std::size_t size);
  /// Writes `content` over what is there, and puts the file in the place of `path`, all of it on the disk.
  Status replace(const std::string& content);

 private:
  Status write(const std::string& content);
  [[nodiscard]] Error failed(int why) const;

  std::string path_, name_;
  int fd_;
  pid_t owner_;
};

/// Removes what dead processes have left in `directory` beside files whose names begin with `file`; with `is_over` also
/// what living ones have there.
void remove_asides(const std::string& directory, const std::string& file, bool is_over);

}  // namespace ostia::sdk
