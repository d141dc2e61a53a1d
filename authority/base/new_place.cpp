#include "base/new_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;

Error refusal(std::string what) { return caller_error("invalid_option", std::move(what), "invalid_option"); }

bool is_there(const std::string& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0;
}

bool is_empty_folder(const std::string& path) {
  std::error_code ec;
  return fs::is_directory(fs::symlink_status(path, ec)) && fs::is_empty(path, ec) && !ec;
}

bool is_mount_point(const std::string& path) {
  struct stat own{}, above{};
  return is_empty_folder(path) && stat(path.c_str(), &own) == 0 && stat((path + "/..").c_str(), &above) == 0 &&
         own.st_dev != above.st_dev;
}

Status sync_one(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return is_synced ? ok() : Status(refusal("cannot write " + path.string() + ": " + std::strerror(errno)));
}

// What a file is known by: nobody has written to it, and it is not another one.
std::string state_of(const std::string& path) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) return {};
  std::string out;
  for (const auto part : {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
                          static_cast<std::int64_t>(found.st_size), static_cast<std::int64_t>(found.st_mtim.tv_sec),
                          static_cast<std::int64_t>(found.st_mtim.tv_nsec)})
    out += std::to_string(part) + " ";
  return out;
}

// Beside a file that has appeared before the folder it belongs to: that folder's name, and how the file was.
constexpr const char* note = "provisional";

// Takes a file back that has appeared, untouched, while what it belongs to has not.
void take_back(const fs::path& leftover, const std::string& target) {
  std::ifstream in(leftover / note);
  std::string other, state;
  if (!std::getline(in, other) || !std::getline(in, state) || is_there(other) || state_of(target) != state) return;
  for (const char* companion : {"-wal", "-shm", "-journal"})
    if (is_there(target + companion)) return;
  unlink(target.c_str());
}

fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

std::string prefix_of(const fs::path& target) { return "." + target.filename().string() + ".ostia-"; }

// What earlier runs have left: a run that lives holds the lock of its folder.
void sweep(const fs::path& target) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(target.parent_path(), ec)) {
    if (!entry.path().filename().string().starts_with(prefix_of(target))) continue;
    const int folder = open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) continue;
    if (flock(folder, LOCK_EX | LOCK_NB) == 0) {
      take_back(entry.path(), target.string());
      fs::remove_all(entry.path(), ec);
    }
    close(folder);
  }
}

// Nothing that is at `to` is replaced, not even what appears at this moment.
bool move_to_nothing(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // A file system without it: a link replaces nothing either, and a folder is no more than its empty self.
  if (!fs::is_directory(from)) return link(from.c_str(), to.c_str()) == 0 && unlink(from.c_str()) == 0;
  return mkdir(to.c_str(), 0700) == 0 && rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

Result<NewPlace> NewPlace::beside(const std::string& target) {
  const fs::path whole = real_path(target);
  sweep(whole);
  if (auto free = check_new_folder(target); !free) return std::move(free).error();
  std::error_code ec;
  fs::create_directories(whole.parent_path(), ec);
  if (ec) return refusal("cannot make the folder " + whole.parent_path().string() + ": " + ec.message());
  NewPlace place;
  place.target_ = whole.string();
  std::string folder = (whole.parent_path() / (prefix_of(whole) + "XXXXXX")).string();
  if (!mkdtemp(folder.data()))
    return refusal("cannot write to " + whole.parent_path().string() + ": " + std::strerror(errno));
  place.folder_ = folder;
  place.path_ = (fs::path(folder) / whole.filename()).string();
  place.lock_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place.lock_ >= 0) (void)flock(place.lock_, LOCK_EX);
  return place;
}

NewPlace::NewPlace(NewPlace&& other) noexcept
    : target_(std::move(other.target_)),
      folder_(std::exchange(other.folder_, {})),
      path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      is_provisional_(std::exchange(other.is_provisional_, false)) {}

NewPlace::~NewPlace() {
  std::error_code ec;
  if (is_provisional_) take_back(folder_, target_);
  if (!folder_.empty()) fs::remove_all(folder_, ec);
  if (lock_ >= 0) close(lock_);
}

Status NewPlace::sync() const {
  if (fs::is_directory(path_))
    for (const auto& entry : fs::directory_iterator(path_))
      if (auto synced = sync_one(entry.path()); !synced) return synced;
  return sync_one(path_);
}

Status NewPlace::appear() {
  if (auto synced = sync(); !synced) return synced;
  if (is_empty_folder(target_) && rmdir(target_.c_str()) != 0)
    return refusal(target_ + " cannot be replaced: " + std::strerror(errno) +
                   (errno == EBUSY ? ". It is a mount point: name a folder in it" : ""));
  if (!move_to_nothing(path_, target_))
    return refusal(errno == EEXIST ? target_ + " has appeared meanwhile, and was left as it is"
                                   : "cannot make " + target_ + ": " + std::strerror(errno));
  return sync_one(fs::path(target_).parent_path());
}

Status NewPlace::appear_before(const std::string& other) {
  const std::string state = state_of(path_);  // a rename and a link change none of it
  const fs::path written = fs::path(folder_) / note;
  std::ofstream(written) << real_path(other) << '\n' << state << '\n';
  if (auto synced = sync_one(written); !synced) return synced;
  is_provisional_ = true;
  return appear();
}

std::string real_path(const std::string& path) {
  constexpr int most_links = 40;  // as the kernel has it
  std::error_code ec;
  const fs::path whole = fs::absolute(path, ec);
  if (ec) return path;  // it is empty, or the folder of this process is gone
  std::deque<fs::path> ahead(whole.begin(), whole.end());
  fs::path out;
  for (int links = 0; !ahead.empty();) {
    const fs::path part = ahead.front();
    ahead.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      out = out.parent_path();
      continue;
    }
    const fs::path next = out / part;
    if (!fs::is_symlink(fs::symlink_status(next, ec))) {
      out = next;
      continue;
    }
    const fs::path target = fs::read_symlink(next, ec);
    if (ec || ++links > most_links) return without_slash(whole.lexically_normal()).string();
    ahead.insert(ahead.begin(), target.begin(), target.end());
  }
  return out.string();
}

Status check_new_folder(const std::string& target) {
  if (target.empty()) return refusal("the name of the folder is empty: name one");
  const std::string folder = real_path(target);
  if (is_mount_point(folder))
    return refusal(folder + " is a mount point, which nothing can take the place of: name a folder in it");
  if (!is_there(folder) || is_empty_folder(folder)) return ok();
  return refusal("there is something at " + folder +
                 " already (not empty): nothing is written over it. Name another place, or move what is there away "
                 "first");
}

Status check_new_database(const std::string& target) {
  const std::string file = real_path(target);
  sweep(file);
  for (const char* companion : {"", "-wal", "-shm", "-journal"})
    if (is_there(file + companion))
      return refusal("there is a file " + file + companion + " already: " +
                     (*companion ? "it belongs to a database of that name" : "nothing is written over it") +
                     ". Name another one, or stop what uses it and move it away first, with " + file +
                     "-wal and -shm if they are there");
  return ok();
}

}  // namespace ostia::authority
