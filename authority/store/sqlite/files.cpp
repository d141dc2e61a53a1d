#include "store/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace ostia::authority::sqlite {
namespace {

// Where SQLite locks (https://www.sqlite.org/src/file/src/os.h and os_unix.c): who has a database open in WAL mode
// holds a shared lock on these bytes of it, and on one of the index.
constexpr off_t shared_first = 0x40000000 + 2, shared_size = 510, index_lock = 128;

// Whether another process holds it.
bool is_held(int file, off_t from, off_t size) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = from;
  lock.l_len = size;
  return file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace

std::optional<FileId> id_of(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return {};
  return FileId{found.st_dev, found.st_ino};
}

std::int64_t size_of(const std::string& path) {
  struct stat found{};
  return stat(path.c_str(), &found) == 0 ? static_cast<std::int64_t>(found.st_size) : 0;
}

Files files_of(const std::string& database) {
  return {id_of(database), id_of(database + "-wal"), id_of(database + "-shm")};
}

Neighbours::Neighbours(const std::string& database)
    : database_(database), file_(open(database.c_str(), O_RDWR | O_CLOEXEC)) {}

Neighbours::~Neighbours() {
  for (const int file : {file_, index_})
    if (file >= 0) close(file);
}

Status Neighbours::check() {
  if (!is_held(file_, shared_first, shared_size)) return ok();
  if (index_ >= 0) close(index_);  // it may have been made anew meanwhile
  index_ = open((database_ + "-shm").c_str(), O_RDWR | O_CLOEXEC);
  if (is_held(index_, index_lock, 1)) return ok();
  return caller_error("invalid_option",
                      "a program has " + database_ +
                          " open, but the files beside it (-wal, -shm) are not the ones that it has open: they have "
                          "been deleted. What it has written since is in them alone. An authority notices within a "
                          "second and saves it: try again then, or stop it",
                      "invalid_option");
}

Status Neighbours::wait() {
  constexpr int most_looks = 60;
  for (int looks = 1;; ++looks) {
    auto whole = check();
    if (whole || looks == most_looks) return whole;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace ostia::authority::sqlite
