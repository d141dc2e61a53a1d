#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "ostia/environment.hpp"

extern char** environ;

namespace ostia {
namespace {

class SystemBrowser final : public Browser {
 public:
  Status open(const BrowserRequest& request) override {
    const char* chosen = std::getenv("BROWSER");
    std::string program = chosen && *chosen ? chosen : "xdg-open";
    // The shell leaves the browser to init, so that no zombie stays with the program.
    std::string shell = "/bin/sh", flag = "-c", url = request.url;
    std::string script = R"(command -v "$0" > /dev/null || exit 127; "$0" "$1" &)";
    char* arguments[] = {shell.data(), flag.data(), script.data(), program.data(), url.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int fd :
         {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})  // a browser's chatter is not the program's output
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    pid_t child = 0;
    int status = -1;
    const int failed = posix_spawn(&child, shell.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) waitpid(child, &status, 0);
    if (failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return ok();
    return Error{"no_browser",
                 "cannot start a browser (\"" + program +
                     "\"); set $BROWSER, show the address with "
                     "AuthorizeOptions::open_url, or use device()",
                 "no_browser", 0, Fault::ours};
  }
};

class SystemClock final : public Clock {
 public:
  std::int64_t now() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::int64_t steady() override {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }
};

}  // namespace

std::shared_ptr<Browser> system_browser() { return std::make_shared<SystemBrowser>(); }
std::shared_ptr<Clock> system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace ostia
