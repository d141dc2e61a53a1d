#include "scripts/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace ostia::authority {
namespace {

// Headers are older than kernels: what they do not name yet, by its number.
constexpr std::uint64_t refer = 1ULL << 13U, truncate = 1ULL << 14U, ioctl_dev = 1ULL << 15U;
constexpr std::uint64_t abstract_sockets = 1ULL << 0U, signals = 1ULL << 1U;
struct Ruleset {
  std::uint64_t files, network, scoped;
};

constexpr std::uint64_t all_of_abi_1 = (1ULL << 13U) - 1;
constexpr std::uint64_t reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

void allow_reading(int ruleset, const std::string& path) {
  landlock_path_beneath_attr rule{};
  rule.parent_fd = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) return;
  const bool is_folder = faccessat(rule.parent_fd, ".", F_OK, 0) == 0;
  rule.allowed_access = is_folder ? reading : reading & ~std::uint64_t{LANDLOCK_ACCESS_FS_READ_DIR};
  syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(rule.parent_fd);
}

bool limit(int what, rlim_t most) {
  const rlimit r{most, most};
  return setrlimit(static_cast<__rlimit_resource>(what), &r) == 0;
}

}  // namespace

Sandbox::Sandbox(const std::vector<std::string>& readable) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return;
  Ruleset rules{all_of_abi_1, 0, 0};
  if (abi >= 2) rules.files |= refer;
  if (abi >= 3) rules.files |= truncate;
  if (abi >= 5) rules.files |= ioctl_dev;
  if (abi >= 6) rules.scoped = abstract_sockets | signals;
  const std::size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
  ruleset_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0));
  if (ruleset_ < 0) return;
  fcntl(ruleset_, F_SETFD, FD_CLOEXEC);
  for (const auto& path : readable) allow_reading(ruleset_, path);
}

Sandbox::~Sandbox() {
  if (ruleset_ >= 0) close(ruleset_);
}

bool Sandbox::enter() const {
  constexpr rlim_t memory = rlim_t{1} << 30U;  // bytes
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, 256) || !limit(RLIMIT_DATA, memory))
    return false;
  return ruleset_ < 0 || syscall(SYS_landlock_restrict_self, ruleset_, 0) == 0;
}

}  // namespace ostia::authority
