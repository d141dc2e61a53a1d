// Stands where node does, behind the wall of scripts: it speaks the worker's lines on descriptor 3, and as native code
// tries what no JavaScript could be kept from if it got out of its realm. Its answer says what became of each attempt.
// The job's `user` names what to try: {"key": a file, "folder": where to write, "parent": a process}.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char job[65536], answer[65536];

static const char *member(const char *name, char *to) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *at = strstr(job, key);
  if (!at) return strcpy(to, "");
  at += strlen(key);
  size_t length = strcspn(at, "\"");
  memcpy(to, at, length);
  to[length] = 0;
  return to;
}

static void say(const char *what, const char *outcome) {
  size_t used = strlen(answer);
  snprintf(answer + used, sizeof answer - used, "%s\"%s\":\"%s\"", used ? "," : "", what, outcome);
}
static void tell(const char *what, long result) { say(what, result < 0 ? strerrorname_np(errno) : "done"); }
static void count(const char *what, long number) {
  char text[32];
  snprintf(text, sizeof text, "%ld", number);
  say(what, text);
}

static void try_files(const char *key, const char *folder, const char *parent) {
  char path[8192];
  tell("read master.key", open(key, O_RDONLY));
  tell("read /etc/passwd", open("/etc/passwd", O_RDONLY));
  tell("read /proc/self/environ", open("/proc/self/environ", O_RDONLY));
  snprintf(path, sizeof path, "/proc/%s/environ", parent);
  tell("read the parent's environ", open(path, O_RDONLY));
  snprintf(path, sizeof path, "/proc/%s/mem", parent);
  tell("read the parent's memory", open(path, O_RDWR));
  snprintf(path, sizeof path, "%s/written", folder);
  tell("write a file", open(path, O_WRONLY | O_CREAT, 0600));
  tell("write to /tmp", open("/tmp/ostia-intruder", O_WRONLY | O_CREAT, 0600));
  tell("list a folder", open("/", O_RDONLY | O_DIRECTORY));
  tell("change a mode", chmod(key, 0));
  tell("change an owner", chown(key, 1, 1));
  tell("change times", utimensat(AT_FDCWD, key, NULL, 0));
  tell("cut a file", truncate(key, 0));
  tell("rename a file", rename(key, path));
  tell("remove a file", unlink(key));
  tell("make a link", symlink("/etc", path));
}

static void try_network(void) {
  static const struct { const char *what; int family, type; } sockets[] = {
      {"socket AF_UNIX", AF_UNIX, SOCK_STREAM},   {"socket AF_INET", AF_INET, SOCK_STREAM},     {"socket AF_INET6", AF_INET6, SOCK_STREAM},
      {"socket datagram", AF_INET, SOCK_DGRAM},   {"socket AF_NETLINK", AF_NETLINK, SOCK_RAW}, {"socket AF_PACKET", AF_PACKET, SOCK_RAW},
      {"socket AF_ALG", AF_ALG, SOCK_SEQPACKET}, {"socket AF_VSOCK", AF_VSOCK, SOCK_STREAM}};
  for (size_t i = 0; i < sizeof sockets / sizeof *sockets; ++i) tell(sockets[i].what, socket(sockets[i].family, sockets[i].type, 0));
  int pair[2];
  tell("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  struct sockaddr any = {.sa_family = AF_UNIX};
  tell("bind", bind(3, &any, sizeof any));
  tell("listen", listen(3, 1));
  tell("accept", accept(3, NULL, NULL));
  tell("connect", connect(3, &any, sizeof any));
  struct msghdr message = {0};
  tell("sendmsg", sendmsg(3, &message, MSG_NOSIGNAL));
}

static void try_processes(const char *parent) {
  int pid = atoi(parent);
  tell("signal the parent", kill(pid, 0));
  tell("signal everybody", kill(-1, 0));
  tell("signal a thread of the parent", syscall(SYS_tgkill, pid, pid, 0));
  tell("queue a signal", syscall(SYS_rt_sigqueueinfo, pid, 0, NULL));
  tell("signal itself", syscall(SYS_tgkill, getpid(), getpid(), 0));
  tell("ptrace", ptrace(PTRACE_ATTACH, pid, 0, 0));
  char byte;
  struct iovec here = {&byte, 1}, there = {&pid, 1};
  tell("process_vm_readv", process_vm_readv(pid, &here, 1, &there, 1, 0));
  tell("process_vm_writev", process_vm_writev(pid, &here, 1, &there, 1, 0));
  tell("pidfd_open", syscall(434, pid, 0));
  tell("fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  tell("clone3", syscall(435, NULL, 0));
#ifdef SYS_fork
  tell("fork, the old way", syscall(SYS_fork));
  tell("vfork", syscall(SYS_vfork));
#endif
  char *arguments[] = {"true", NULL};
  tell("execve", execve("/bin/true", arguments, environ));
  tell("execve of what may be read", execve("/lib64/ld-linux-x86-64.so.2", arguments, environ));
  tell("execveat", syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, environ, 0));
  int fd = syscall(SYS_memfd_create, "x", 0);
  tell("a descriptor where the program was", dup2(fd, 200));
  tell("execveat of a descriptor", syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH));
  tell("execveat of the program's", syscall(SYS_execveat, 200, "", arguments, environ, AT_EMPTY_PATH));
  struct rlimit more = {4096, 4096};
  tell("more descriptors", setrlimit(RLIMIT_NOFILE, &more));
  tell("limits of the parent", syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, NULL, NULL));
  tell("priority of the parent", setpriority(PRIO_PROCESS, pid, 10));
}

static void try_kernel(void) {
  tell("io_uring_setup", syscall(425, 1, NULL));
  tell("keyctl", syscall(SYS_keyctl, 0, -3, 1));
  tell("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
  tell("mount", syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL));
  tell("open_tree", syscall(428, AT_FDCWD, "/", 0));
  tell("unshare", unshare(CLONE_NEWUSER));
  tell("setns", syscall(SYS_setns, 0, 0));
  tell("chroot", syscall(SYS_chroot, "/"));
  tell("userfaultfd", syscall(SYS_userfaultfd, 0));
  tell("bpf", syscall(SYS_bpf, 0, NULL, 0));
  tell("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
  tell("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, NULL, 0));
  tell("setuid", syscall(SYS_setuid, 1));
  tell("shmget", syscall(SYS_shmget, 1, 1, 0));
  tell("mq_open", syscall(SYS_mq_open, "x", 0, 0, NULL));
  tell("another filter", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
#ifdef __x86_64__
  tell("the x32 form of a call", syscall(0x40000000 | SYS_getpid));
#endif
  tell("a call of the future", syscall(500));
}

static void look(void) {
  long open_ones = 0, words = 0;
  for (int fd = 0; fd < 4096; ++fd) open_ones += fcntl(fd, F_GETFD) >= 0;
  count("open descriptors", open_ones);
  char *secret = getenv("SECRET");
  say("the parent's SECRET", secret ? secret : "none");
  for (char **one = environ; *one; ++one) ++words;
  count("words of the environment", words);
  count("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  count("seccomp", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  count("core", (long)limit.rlim_max);
  getrlimit(RLIMIT_FSIZE, &limit);
  count("file size", (long)limit.rlim_max);
  getrlimit(RLIMIT_DATA, &limit);
  count("memory", (long)limit.rlim_max);
  getrlimit(RLIMIT_NOFILE, &limit);
  count("descriptors", (long)limit.rlim_max);
}

int main(void) {
  static const char ready[] = "{\"ready\":\"intruder\",\"permissions\":true}\n";
  if (write(3, ready, sizeof ready - 1) < 0) return 1;
  size_t length = 0;
  while (length < sizeof job - 1 && !memchr(job, '\n', length)) {
    ssize_t got = read(3, job + length, sizeof job - 1 - length);
    if (got <= 0) return 1;
    length += (size_t)got;
  }
  char key[4096], folder[4096], parent[64];
  member("key", key), member("folder", folder), member("parent", parent);
  look();  // before attempts open something
  try_files(key, folder, parent);
  try_network();
  try_processes(parent);
  try_kernel();
  static char line[sizeof answer + 128];
  int size = snprintf(line, sizeof line, "{\"result\":{\"user\":{},\"context\":{%s},\"commands\":[]}}\n", answer);
  for (int at = 0; at < size;) at += (int)write(3, line + at, (size_t)(size - at));
  pause();
}
