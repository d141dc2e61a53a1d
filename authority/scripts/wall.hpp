// What a script's process is held by.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "scripts/seccomp.hpp"

namespace ostia::authority {

/// Made before a process forks, entered by the child: Landlock for files (Linux 5.13), a filter of the kernel's calls
/// for everything else, no capabilities, and limits of memory, time and descriptors. Node's own permissions come on
/// top.
class Wall {
 public:
  static constexpr int last_descriptor = 3;

  /// `program`: what is to run; `readable`: what it may read beside itself. With `with_gaps` what the kernel does not
  /// have is left out; else there is no entering without it.
  Wall(const std::string& program, const std::vector<std::string>& readable, bool with_gaps);
  ~Wall();
  Wall(const Wall&) = delete;
  Wall& operator=(const Wall&) = delete;

  /// In the child, with its descriptors up to `last_descriptor` as they should be: nothing here allocates, and all
  /// other descriptors end. False where something is missing.
  [[nodiscard]] bool enter() const;
  /// In the child, after `enter`: runs the program. Comes back only if that fails.
  void run(const char* const* arguments, const char* const* environment) const;

  /// What this machine's kernel does not have of it, as people call it; empty: nothing.
  static std::string missing();

 private:
  [[nodiscard]] bool enter_files() const;

  int program_ = -1, ruleset_ = -1;
  bool with_gaps_;
  CallFilter calls_;
};

}  // namespace ostia::authority
