#include "scripts/wall.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace ostia::authority {
namespace {

// Headers are older than kernels: what they do not name yet, by its number.
constexpr std::uint64_t refer = 1ULL << 13U, truncate_file = 1ULL << 14U, ioctl_dev = 1ULL << 15U;
constexpr std::uint64_t bind_tcp = 1ULL << 0U, connect_tcp = 1ULL << 1U;
constexpr std::uint64_t abstract_sockets = 1ULL << 0U, signals = 1ULL << 1U;
struct Ruleset {
  std::uint64_t files, network, scoped;
};

constexpr std::uint64_t all_of_abi_1 = (1ULL << 13U) - 1;
constexpr std::uint64_t reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

long landlock_version() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION); }

// As much of it as the kernel has: network rules since version 4, scopes since 6.
int make_ruleset() {
  const long abi = landlock_version();
  if (abi < 1) return -1;
  Ruleset rules{all_of_abi_1, 0, 0};
  if (abi >= 2) rules.files |= refer;
  if (abi >= 3) rules.files |= truncate_file;
  if (abi >= 4) rules.network = bind_tcp | connect_tcp;
  if (abi >= 5) rules.files |= ioctl_dev;
  if (abi >= 6) rules.scoped = abstract_sockets | signals;
  const std::size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
  return static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0));  // closes on exec by itself
}

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

// Threads are not limited by their number: that limit counts all processes of the user, the authority's own with them.
bool enter_limits() {
  constexpr rlim_t memory = rlim_t{1} << 30U;  // bytes
  constexpr rlim_t time = 120;                 // seconds of a processor; the authority ends it sooner by the clock
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_DATA, memory) && limit(RLIMIT_CPU, time) &&
         limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) && limit(RLIMIT_NOFILE, 128);
}

bool drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2]{};
  return syscall(SYS_capset, &header, &none) == 0;
}

// Of kernels that do not know close_range, the descriptors that a program of this size has.
void close_from(unsigned first, unsigned last) {
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= last && fd < 65'536; ++fd) close(static_cast<int>(fd));
}

// The child puts its own descriptors at the lowest numbers.
int out_of_the_way(int fd) {
  if (fd < 0) return fd;
  const int higher = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  close(fd);
  return higher;
}

bool has_call_filters() {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace

Wall::Wall(const std::string& program, const std::vector<std::string>& readable, bool with_gaps)
    : program_(out_of_the_way(open(program.c_str(), O_PATH | O_CLOEXEC))),
      ruleset_(out_of_the_way(make_ruleset())),
      with_gaps_(with_gaps) {
  if (ruleset_ < 0) return;
  allow_reading(ruleset_, program);
  for (const auto& path : readable) allow_reading(ruleset_, path);
}

Wall::~Wall() {
  if (ruleset_ >= 0) close(ruleset_);
  if (program_ >= 0) close(program_);
}

bool Wall::enter_files() const {
  return (ruleset_ >= 0 && syscall(SYS_landlock_restrict_self, ruleset_, 0) == 0) || with_gaps_;
}

bool Wall::enter() const {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (dup3(program_, program_descriptor, O_CLOEXEC) < 0 || !enter_files()) return false;
  close_from(last_descriptor + 1, program_descriptor - 1);
  close_from(program_descriptor + 1, ~0U);
  if (!enter_limits() || !drop_capabilities()) return false;
  return calls_.enter() || with_gaps_;
}

void Wall::run(const char* const* arguments, const char* const* environment) const {
  syscall(SYS_execveat, program_descriptor, "", arguments, environment, AT_EMPTY_PATH);
}

std::string Wall::missing() {
  std::string out;
  if (landlock_version() < 1) out = "Landlock (Linux 5.13 or later, with `landlock` in its list of security modules)";
  if (!has_call_filters()) out += std::string(out.empty() ? "" : " and ") + "seccomp filters (CONFIG_SECCOMP_FILTER)";
  return out;
}

}  // namespace ostia::authority
