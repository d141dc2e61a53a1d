// What keeps a script's process to itself.
#pragma once

#include <string>
#include <vector>

namespace ostia::authority {

/// Made before a process forks, entered by the child: Landlock, where the kernel has it (5.13 and later), and limits of
/// memory, file sizes and descriptors.
class Sandbox {
 public:
  /// `readable`: what may be read and run; everything else of the file system is out of reach.
  explicit Sandbox(const std::vector<std::string>& readable);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// In the child, between fork and exec: nothing here allocates.
  [[nodiscard]] bool enter() const;

 private:
  int ruleset_ = -1;
};

}  // namespace ostia::authority
