// Runs a program as on a kernel that lacks something: `kernel-without landlock|seccomp PROGRAM [ARGUMENT]...`.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skipped))

static struct sock_filter without_landlock[] = {LOAD(nr), UNLESS(444 /* landlock_create_ruleset */, 1), ANSWER(ENOSYS),
                                                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
static struct sock_filter without_seccomp[] = {LOAD(nr), UNLESS(SYS_seccomp, 1), ANSWER(ENOSYS),
                                               UNLESS(SYS_prctl, 3), LOAD(args[0]), UNLESS(PR_SET_SECCOMP, 1), ANSWER(EINVAL),
                                               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

int main(int count, char **arguments) {
  if (count < 3) return 2;
  struct sock_fprog program = {sizeof without_landlock / sizeof *without_landlock, without_landlock};
  if (!strcmp(arguments[1], "seccomp")) program = (struct sock_fprog){sizeof without_seccomp / sizeof *without_seccomp, without_seccomp};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 3;
  execv(arguments[2], arguments + 2);
  return 4;
}
