#include "scripts/seccomp.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace ostia::authority {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "scripts/seccomp.cpp: name this machine's AUDIT_ARCH"
#endif

// From here on the numbers are the same on all machines, and younger than what a process needs.
constexpr std::uint32_t first_of_late = 424;
constexpr std::uint32_t late_ones[] = {436 /* close_range */, 439 /* faccessat2 */, 441 /* epoll_pwait2 */,
                                       449 /* futex_waitv */, 462 /* mseal */};

constexpr std::uint32_t refused[] = {
    // Sockets: the authority makes a script's calls.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg,
    SYS_sendmmsg, SYS_recvmmsg,
    // Other processes.
    SYS_execve, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_ptrace, SYS_process_vm_readv,
    SYS_process_vm_writev, SYS_kcmp, SYS_setpriority, SYS_ioprio_set, SYS_sched_setaffinity, SYS_sched_setscheduler,
    SYS_sched_setparam, SYS_sched_setattr, SYS_migrate_pages, SYS_move_pages, SYS_shmget, SYS_shmat, SYS_shmctl,
    SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open,
    SYS_mq_unlink,
    // What it is itself.
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setfsuid, SYS_setfsgid,
    SYS_setgroups, SYS_capset, SYS_setrlimit, SYS_seccomp, SYS_personality, SYS_unshare, SYS_setns, SYS_chroot,
    SYS_pivot_root,
    // Files, beside what Landlock says: it does not know of modes, owners, times and attributes.
    SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_truncate, SYS_mknodat, SYS_linkat, SYS_symlinkat,
    SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_inotify_init1,
    SYS_inotify_add_watch, SYS_fanotify_init, SYS_fanotify_mark,
#ifdef __x86_64__  // older forms of the same
    SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_mknod, SYS_link,
    SYS_symlink, SYS_rename, SYS_renameat, SYS_unlink, SYS_rmdir, SYS_mkdir, SYS_inotify_init, SYS_iopl, SYS_ioperm,
    SYS_modify_ldt,
#endif
    // The machine, and parts of the kernel that have a history.
    SYS_mount, SYS_umount2, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
    SYS_sethostname, SYS_setdomainname, SYS_syslog, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf,
    SYS_perf_event_open, SYS_userfaultfd, SYS_vmsplice};

using Program = std::vector<sock_filter>;

constexpr std::uint32_t denied = SECCOMP_RET_ERRNO | EPERM, unknown = SECCOMP_RET_ERRNO | ENOSYS;

void add(Program& to, std::uint16_t code, std::uint32_t k, std::uint8_t if_so = 0, std::uint8_t if_not = 0) {
  to.push_back({code, if_so, if_not, k});
}
void load(Program& to, std::size_t offset) { add(to, BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
void answer(Program& to, std::uint32_t action) { add(to, BPF_RET | BPF_K, action); }
// With `k` the next instruction, else the one after it.
void if_equal(Program& to, std::uint32_t k) { add(to, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1); }
void unless_equal(Program& to, std::uint32_t k) { add(to, BPF_JMP | BPF_JEQ | BPF_K, k, 1, 0); }

constexpr std::size_t low_half(int argument) { return offsetof(seccomp_data, args) + 8U * argument; }
constexpr std::size_t high_half(int argument) { return low_half(argument) + 4; }  // little-endian, both machines

// What `checks` says of this call; they end with an answer.
template <class Checks>
void judge(Program& to, std::uint32_t call, Checks checks) {
  Program part;
  checks(part);
  add(to, BPF_JMP | BPF_JEQ | BPF_K, call, 0, static_cast<std::uint8_t>(part.size()));
  to.insert(to.end(), part.begin(), part.end());
}

void check_clone(Program& p) {  // threads, no processes
  load(p, low_half(0));
  add(p, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
  answer(p, denied);
  answer(p, SECCOMP_RET_ALLOW);
}

void check_execveat(Program& p) {  // the one that is open already
  load(p, low_half(0));
  unless_equal(p, program_descriptor);
  answer(p, denied);
  load(p, low_half(4));
  unless_equal(p, AT_EMPTY_PATH);
  answer(p, denied);
  answer(p, SECCOMP_RET_ALLOW);
}

void check_prlimit(Program& p) {  // asking for its own
  for (const std::size_t part : {low_half(0), low_half(2), high_half(2)}) {
    load(p, part);
    unless_equal(p, 0);
    answer(p, denied);
  }
  answer(p, SECCOMP_RET_ALLOW);
}

}  // namespace

CallFilter::CallFilter() {
  Program& p = program_;
  load(p, offsetof(seccomp_data, arch));
  unless_equal(p, architecture);
  answer(p, SECCOMP_RET_KILL_PROCESS);
  load(p, offsetof(seccomp_data, nr));
  Program late;  // also those of the x32 form, whose numbers are larger than all
  for (const auto call : late_ones) {
    if_equal(late, call);
    answer(late, SECCOMP_RET_ALLOW);
  }
  answer(late, unknown);
  add(p, BPF_JMP | BPF_JGE | BPF_K, first_of_late, 0, static_cast<std::uint8_t>(late.size()));
  p.insert(p.end(), late.begin(), late.end());
  for (const auto call : refused) {
    if_equal(p, call);
    answer(p, denied);
  }
  judge(p, SYS_clone, check_clone);
  judge(p, SYS_execveat, check_execveat);
  judge(p, SYS_prlimit64, check_prlimit);
  judge(p, SYS_tgkill, [&](Program& part) {  // what abort() does to itself
    load(part, low_half(0));
    own_process_ = p.size() + 1 + part.size();
    unless_equal(part, 0);
    answer(part, denied);
    answer(part, SECCOMP_RET_ALLOW);
  });
  answer(p, SECCOMP_RET_ALLOW);
}

bool CallFilter::enter() const {
  std::array<sock_filter, 512> copy;
  if (program_.size() > copy.size()) return false;
  for (std::size_t i = 0; i < program_.size(); ++i) copy[i] = program_[i];
  copy[own_process_].k = static_cast<std::uint32_t>(getpid());
  const sock_fprog program{static_cast<unsigned short>(program_.size()), copy.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace ostia::authority
