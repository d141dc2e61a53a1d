/* A file system that has become read-only: as long as the file READ_ONLY_IF is there, writing to a database fails with
   EROFS. SQLite writes by pwrite64. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_read_only(int file) {
  char link[64] = "/proc/self/fd/", path[4096];
  const char* flag = getenv("READ_ONLY_IF");
  int digits = 1;
  for (int rest = file; rest >= 10; rest /= 10) digits++;
  for (int i = digits, rest = file; i > 0; --i, rest /= 10) link[13 + i] = (char)('0' + rest % 10);
  if (!flag || access(flag, F_OK) != 0) return 0;
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return strstr(path, "ostia.db") != NULL;
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  static ssize_t (*real)(int, const void*, size_t, off64_t);
  if (!real) real = (ssize_t(*)(int, const void*, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (is_read_only(file)) {
    errno = EROFS;
    return -1;
  }
  return real(file, data, size, at);
}
