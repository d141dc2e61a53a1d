#include "directories.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "ostia/environment.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::sdk {
namespace {

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value == '/' ? value : "";
}

Error failed(const std::string& text, const char* reason) {
  return Error{"storage_error", text, reason, 0, Fault::ours};
}

}  // namespace

std::string state_directory() {
  if (const std::string state = from_environment("XDG_STATE_HOME"); !state.empty()) return state + "/ostia";
  const std::string home = from_environment("HOME");
  return home.empty() ? lock_directory() : home + "/.local/state/ostia";
}

std::string lock_directory() {
  std::array<char, 16384> text{};
  passwd entry{}, *found = nullptr;
  struct stat home{};
  const bool has_home = getpwuid_r(geteuid(), &entry, text.data(), text.size(), &found) == 0 && found &&
                        *found->pw_dir == '/' && stat(found->pw_dir, &home) == 0;
  // Users of services and of containers have none that is there, but may have been given one.
  const std::string place = has_home ? found->pw_dir : from_environment("HOME");
  return place.empty() ? "" : place + "/.local/state/ostia";
}

std::string file_name(const std::string& name) { return text::base64url_encode(openssl_crypto()->digest(256, name)); }

Status make_private_directory(const std::string& path) {
  if (path.empty())
    return failed(
        "There is no place for secrets: neither XDG_STATE_HOME nor HOME is set, and the password database knows no "
        "home of this user",
        "no_directory");
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string part = path.substr(0, at);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return failed("cannot make the directory " + part + ": " + std::strerror(errno), "cannot_write");
  }
  return check_private_directory(path);
}

Status check_private_directory(const std::string& path) {
  struct stat is{};
  if (stat(path.c_str(), &is) != 0)
    return errno == ENOENT ? ok() : Status(failed("cannot read " + path + ": " + std::strerror(errno), "cannot_read"));
  if (!S_ISDIR(is.st_mode)) return failed(path + " is not a directory", "cannot_write");
  if (is.st_uid != geteuid() || (is.st_mode & 022) != 0)
    return failed(path + " must belong to this user, and nobody else may write in it (chmod 700)", "unsafe_directory");
  return ok();
}

}  // namespace ostia::sdk
