#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ostia::sdk {
namespace {

Error cannot_lock(const std::string& text) { return Error{"storage_error", text, "cannot_lock", 0, Fault::ours}; }

// A child of `fork` has the same lock, and with it only a copy of the pointer: who took it gives it back for both.
struct Held {
  int fd;
  pid_t owner = getpid();
  explicit Held(int file) : fd(file) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (owner == getpid()) flock(fd, LOCK_UN);
    close(fd);
  }
};

}  // namespace

// A lock of the file system holds between threads too when each opens the file for itself.
Result<std::shared_ptr<void>> try_file_lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
  if (fd < 0) return cannot_lock("cannot open the lock file " + path + ": " + std::strerror(errno));
  int status = 0;
  do status = flock(fd, LOCK_EX | LOCK_NB);
  while (status != 0 && errno == EINTR);
  if (status == 0) return std::shared_ptr<void>(std::make_shared<Held>(fd));
  const int why = errno;
  close(fd);
  if (why == EWOULDBLOCK) return std::shared_ptr<void>();
  return cannot_lock("cannot lock " + path + ": " + std::strerror(why) +
                     "; its file system must know flock(), or CredentialsOptions::lock_directory say another place");
}

}  // namespace ostia::sdk
