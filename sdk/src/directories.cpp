#include "directories.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

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
  return home.empty() ? "" : home + "/.local/state/ostia";
}

std::string runtime_directory() {
  const std::string runtime = from_environment("XDG_RUNTIME_DIR");
  return runtime.empty() ? state_directory() : runtime + "/ostia";
}

Status make_private_directory(const std::string& path) {
  if (path.empty())
    return failed("There is no place for secrets: neither XDG_STATE_HOME nor HOME is set", "no_directory");
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string part = path.substr(0, at);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return failed("cannot make the directory " + part + ": " + std::strerror(errno), "cannot_write");
  }
  struct stat is{};
  if (stat(path.c_str(), &is) != 0 || !S_ISDIR(is.st_mode)) return failed(path + " is not a directory", "cannot_write");
  if (is.st_uid != geteuid() || (is.st_mode & 022) != 0)
    return failed(path + " must belong to this user, and nobody else may write in it (chmod 700)", "unsafe_directory");
  return ok();
}

}  // namespace ostia::sdk
