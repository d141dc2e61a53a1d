#include "file_lock.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>

namespace ostia::sdk {
namespace {

Error cannot_lock(const std::string& text) { return Error{"storage_error", text, "cannot_lock", 0, Fault::ours}; }

// A lock is its process's: a child of `fork` closes its copy of the file at once, or the lock would outlive a parent
// that dies.
class Held {
 public:
  explicit Held(int file) : fd_(file) {
    const std::lock_guard lock(all().mutex);
    all().files.insert(fd_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (owner_ != getpid()) return;
    const std::lock_guard lock(all().mutex);
    all().files.erase(fd_);
    flock(fd_, LOCK_UN);
    close(fd_);
  }

 private:
  struct All {
    std::mutex mutex;
    std::set<int> files;
  };
  static All& all() {
    static auto* held = [] {
      pthread_atfork([] { all().mutex.lock(); }, [] { all().mutex.unlock(); },
                     [] {
                       for (const int file : all().files) close(file);
                       all().files.clear();
                       all().mutex.unlock();
                     });
      return new All;
    }();
    return *held;
  }

  int fd_;
  pid_t owner_ = getpid();
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
