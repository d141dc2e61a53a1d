// Which calls of the kernel a script's process may make.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

namespace ostia::authority {

/// The descriptor that the one program which may be started is open at. It closes as that program starts, and is beyond
/// the limit of descriptors from then on: nothing else can ever be run.
constexpr int program_descriptor = 200;

/// A filter that is made before a process forks and entered by the child. What it leaves: memory, threads, time, and
/// descriptors that are open or that the file system's rules (Landlock) give. No sockets of any family, no other
/// process, no change of what files are called or whose they are, nothing that was added to the kernel lately.
class CallFilter {
 public:
  CallFilter();
  /// In the child: nothing here allocates. False where the kernel has no such filters.
  [[nodiscard]] bool enter() const;

 private:
  std::vector<sock_filter> program_;
  std::size_t own_process_ = 0;  ///< the instruction that compares with the child's own number
};

}  // namespace ostia::authority
