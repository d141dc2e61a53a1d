#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "loopback.hpp"

extern char** environ;

namespace ostia::sdk {

bool open_system_browser(const std::string& url) {
  const char* chosen = std::getenv("BROWSER");
  const std::string program = chosen && *chosen ? chosen : "xdg-open";
  std::string argument = url, name = program;
  char* arguments[] = {name.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})  // a browser's chatter is not this program's output
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", 2 /* O_RDWR */, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0;
}

}  // namespace ostia::sdk
