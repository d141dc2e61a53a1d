// What a disk would have after a power cut, for tests: preloaded into a program, it keeps of each file under POWER_LIVE a
// copy under POWER_KEPT as it was when the program last waited for the disk, and a name's removal or change when it
// happened. What was written since then is what a power cut may take.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static const char* under(const char* path) {
  const char* live = getenv("POWER_LIVE");
  const size_t length = live ? strlen(live) : 0;
  return length && strncmp(path, live, length) == 0 ? path + length : NULL;
}

static void make_folders(char* path) {
  for (char* slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    mkdir(path, 0700);
    *slash = '/';
  }
}

static void copy(int from, const char* to) {
  char buffer[1 << 16], temporary[4200];
  snprintf(temporary, sizeof temporary, "%s.%d.power", to, getpid());
  const int out = open(temporary, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  off_t at = 0;
  for (ssize_t count; (count = pread(from, buffer, sizeof buffer, at)) > 0; at += count)
    if (write(out, buffer, count) != count) abort();
  close(out);
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  real(temporary, to);
}

static void keep(int fd) {
  char link[64], path[4096], kept[4200];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat file;
  if (length <= 0 || fstat(fd, &file) || !S_ISREG(file.st_mode)) return;
  path[length] = 0;
  const char* name = under(path);
  if (!name || strstr(name, " (deleted)")) return;
  snprintf(kept, sizeof kept, "%s%s", getenv("POWER_KEPT"), name);
  pthread_mutex_lock(&one_at_a_time);
  make_folders(kept);
  // The program's own descriptor may be for writing only.
  const int readable = open(path, O_RDONLY);
  if (readable >= 0) copy(readable, kept), close(readable);
  pthread_mutex_unlock(&one_at_a_time);
}

static int after(const char* function, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  const int result = real(fd);
  if (result == 0) keep(fd);
  return result;
}

int fsync(int fd) { return after("fsync", fd); }
int fdatasync(int fd) { return after("fdatasync", fd); }

int unlink(const char* path) {
  int (*real)(const char*) = (int (*)(const char*))dlsym(RTLD_NEXT, "unlink");
  const char* name = under(path);
  if (name) {
    char kept[4200];
    snprintf(kept, sizeof kept, "%s%s", getenv("POWER_KEPT"), name);
    real(kept);
  }
  return real(path);
}

int rename(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  const char *name = under(from), *other = under(to);
  const int result = real(from, to);
  if (result == 0 && name && other) {
    char kept[4200], kept_as[4200];
    snprintf(kept, sizeof kept, "%s%s", getenv("POWER_KEPT"), name);
    snprintf(kept_as, sizeof kept_as, "%s%s", getenv("POWER_KEPT"), other);
    real(kept, kept_as);
  }
  return result;
}
