#include "aside.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::sdk {
namespace {

constexpr std::string_view mark = ".secret.";  // what follows it: the process that made it, and something random

// A file that grows beyond RLIMIT_FSIZE ends the program, unless the signal waits; then the write fails, and says so.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~NoFileSizeSignal() {
    constexpr timespec at_once{};
    if (sigismember(&before_, SIGXFSZ) == 0) sigtimedwait(&signal_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoFileSizeSignal(const NoFileSizeSignal&) = delete;
  NoFileSizeSignal& operator=(const NoFileSizeSignal&) = delete;

 private:
  sigset_t signal_{}, before_{};
};

std::string random_octets(std::size_t size) {
  std::string out(size, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
  return out;
}

// Some file systems cannot sync a directory, and need not.
bool sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return true;
  const bool synced = fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
  const int why = errno;
  close(fd);
  errno = why;
  return synced;
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool is_left(int directory, const char* name) {
  const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  struct stat is{};
  const bool left = fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0;
  close(fd);
  return left;
}

}  // namespace

Result<std::shared_ptr<Aside>> Aside::make(const std::string& path) {
  // Whoever tidies up may take it for a dead one's in the moment before it is locked: then once more.
  for (int attempt = 0; attempt < 10; ++attempt) {
    const std::string name = path + "." + text::decimal(getpid()) + "." + text::base64url_encode(random_octets(6));
    const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
      return Error{"storage_error", "cannot write beside " + path + ": " + std::strerror(errno), "cannot_write", 0,
                   Fault::ours};
    auto made = std::make_shared<Aside>(path, name, fd);
    struct stat is{};
    const bool is_taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!is_taken && fstat(fd, &is) == 0 && is.st_nlink > 0) return made;
  }
  return Error{"storage_error", "cannot write beside " + path + ": what is written there is removed at once",
               "cannot_write", 0, Fault::ours};
}

Aside::Aside(std::string path, std::string name, int fd)
    : path_(std::move(path)), name_(std::move(name)), fd_(fd), owner_(getpid()) {}

Aside::~Aside() {
  // A child of `fork` has a copy of the object; the file is not its.
  if (!name_.empty() && owner_ == getpid()) unlink(name_.c_str());
  close(fd_);
}

Error Aside::failed(int why) const {
  return Error{"storage_error", "cannot write " + path_ + ": " + std::strerror(why), "cannot_write", 0, Fault::ours};
}

Status Aside::write(const std::string& content) {
  const NoFileSizeSignal no_signal;
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t put = pwrite(fd_, content.data() + at, content.size() - at, static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return failed(put < 0 ? errno : ENOSPC);
    at += static_cast<std::size_t>(put);
  }
  if (ftruncate(fd_, static_cast<off_t>(content.size())) != 0 || fsync(fd_) != 0) return failed(errno);
  return ok();
}

// Octets that do not compress: some file systems would keep no place for zeros.
Status Aside::fill(std::size_t size) { return write(random_octets(size)); }

Status Aside::replace(const std::string& content) {
  if (auto written = write(content); !written) return written;
  if (rename(name_.c_str(), path_.c_str()) != 0) return failed(errno);
  name_.clear();
  if (!sync_directory(directory_of(path_))) return failed(errno);
  return ok();
}

void remove_asides(const std::string& directory, const std::string& file, bool is_over) {
  DIR* listing = opendir(directory.c_str());
  if (!listing) return;
  const int folder = dirfd(listing);
  while (const dirent* entry = folder >= 0 ? readdir(listing) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(file) || name.find(mark) == std::string_view::npos) continue;
    if (is_over || is_left(folder, entry->d_name)) unlinkat(folder, entry->d_name, 0);
  }
  closedir(listing);
}

}  // namespace ostia::sdk
