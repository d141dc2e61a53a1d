#include "scripts/process.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "ostia/text/ascii.hpp"
#include "scripts/calls.hpp"
#include "scripts/wall.hpp"

namespace ostia::authority {

extern const std::string_view worker_script, realm_script, network_script;

namespace {

namespace fs = std::filesystem;
using json::Value;
using std::chrono::milliseconds;

constexpr std::size_t longest_line = 1 << 20;                 // bytes
constexpr const char* without_permissions = "--no-warnings";  // where a flag has to stand
// Node's own wall, by the names that it has had; the one that worked is tried first.
constexpr const char* permission_flags[] = {"--permission", "--experimental-permission"};
std::atomic<std::size_t> last_flag = 0;

Error script_error(std::string reason, std::string what) {
  return {"server_error", std::move(what), std::move(reason), 500, Fault::ours};
}

// `OSTIA_NODE`, else the first `node` on the path.
std::string find_node() {
  if (const char* named = std::getenv("OSTIA_NODE")) return named;
  const char* path = std::getenv("PATH");
  for (const auto folder : text::split(path ? path : "", ':')) {
    const std::string file = std::string(folder) + "/node";
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

// Its libraries, the data of these, and the devices that it opens.
const std::vector<std::string>& what_node_reads() {
  static const std::vector<std::string> list = {
      "/usr/lib", "/usr/lib64",           "/usr/local/lib",   "/usr/share/nodejs", "/usr/share/zoneinfo", "/lib",
      "/lib64",   "/etc/ssl/openssl.cnf", "/etc/ld.so.cache", "/etc/localtime",    "/dev/urandom",        "/dev/null"};
  return list;
}

// All of it is one text, so that node needs no file: what runs in the realm is a string within it.
const std::string& whole_script() {
  static const std::string text =
      "'use strict';\nconst realmScript = " + json::write(Value(std::string(realm_script))) + ";\n" +
      std::string(network_script) + "\n" + std::string(worker_script);
  return text;
}

Error wall_missing(const std::string& what) {
  return script_error("script_wall_missing",
                      "rules and actions do not run, because they would not be held: this machine "
                      "has no " +
                          what + ". --scripts-without-wall runs them all the same");
}

}  // namespace

Result<std::unique_ptr<ScriptProcess>> ScriptProcess::launch(const std::string& node, const char* permission,
                                                             bool with_gaps) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return script_error("script_failed", "no pipe could be made for a script");
  // All that the child needs is made before: between fork and exec nothing may allocate.
  const Wall wall(node, what_node_reads(), with_gaps);
  const char* arguments[] = {node.c_str(),
                             permission,
                             "--max-old-space-size=96",
                             "--no-warnings",
                             "--no-addons",
                             "--disallow-code-generation-from-strings",
                             "-e",
                             whole_script().c_str(),
                             nullptr};
  const char* environment[] = {"NODE_OPTIONS=", "PATH=/nonexistent", nullptr};
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t pid = fork();
  if (pid == 0) {
    // Whatever numbers these have, none is lost on its way to its place.
    const int ours = fcntl(pair[1], F_DUPFD_CLOEXEC, 10), null = fcntl(nothing, F_DUPFD_CLOEXEC, 10);
    if (ours < 0 || null < 0 || chdir("/") != 0) _exit(126);
    setsid();  // a terminal's signals are for the authority, which lets it finish
    for (const int fd : {0, 1, 2}) dup2(null, fd);
    dup2(ours, Wall::last_descriptor);
    if (!wall.enter()) _exit(126);
    wall.run(arguments, environment);
    _exit(127);
  }
  close(pair[1]);
  if (nothing >= 0) close(nothing);
  if (pid < 0) {
    close(pair[0]);
    return script_error("script_failed", "no process could be started for a script");
  }
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ScriptProcess>(new ScriptProcess(pid, pair[0]));
}

Status ScriptProcess::check_kernel() {
  const std::string missing = Wall::missing();
  return missing.empty() ? ok() : Status(wall_missing(missing));
}

Result<std::unique_ptr<ScriptProcess>> ScriptProcess::start(bool with_gaps, Time::time_point deadline) {
  const std::string node = find_node();
  if (node.empty())
    return script_error("node_missing", "rules and actions need node: install it, or name it in OSTIA_NODE");
  if (auto checked = check_kernel(); !checked && !with_gaps) return std::move(checked).error();
  constexpr std::size_t count = std::size(permission_flags);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t flag = (last_flag + i) % count;
    auto launched = launch(node, permission_flags[flag], with_gaps);
    if (!launched) return launched;
    auto ready = (*launched)->read_ready(with_gaps, deadline);
    if (ready) {
      last_flag = flag;
      return launched;
    }
    if (ready.error().reason != "option_unknown") return std::move(ready).error();
  }
  if (!with_gaps) return wall_missing("node with permissions (node 20 or later); " + node + " has none");
  auto launched = launch(node, without_permissions, with_gaps);
  if (!launched) return launched;
  if (auto ready = (*launched)->read_ready(with_gaps, deadline); !ready) return std::move(ready).error();
  return launched;
}

ScriptProcess::~ScriptProcess() {
  close(fd_);
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ScriptProcess::end() const {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

// Its end of the pipe closes as it ends.
bool ScriptProcess::is_there() const {
  pollfd p{fd_, POLLIN, 0};
  return poll(&p, 1, 0) == 0;
}

// The first line says what holds the process, as node itself sees it.
Status ScriptProcess::read_ready(bool with_gaps, Time::time_point deadline) {
  std::string line;
  while ((line = take_line()).empty()) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Time::now());
    pollfd p{fd_, POLLIN, 0};
    if (left.count() <= 0 || poll(&p, 1, static_cast<int>(left.count())) != 1)
      return script_error("script_timeout", "node was not ready for a script in time");
    const auto received = receive();
    if (!received) return received.error();
    if (*received) continue;
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    constexpr int option_unknown = 9;  // node's exit code for it
    if (WIFEXITED(status) && WEXITSTATUS(status) == option_unknown)
      return script_error("option_unknown", "node does not know an option");
    return script_error("script_failed",
                        WIFEXITED(status) ? "node ended at its start, with " + std::to_string(WEXITSTATUS(status))
                                          : "node ended at its start, by signal " + std::to_string(WTERMSIG(status)));
  }
  const auto ready = json::parse(line);
  if (!ready || !(*ready)["ready"].is_string())
    return script_error("script_failed", "node's first line was another one");
  if (!with_gaps && !(*ready)["permissions"].as_bool()) return wall_missing("node whose permissions hold");
  return ok();
}

// False at its end. No more than a line is kept.
Result<bool> ScriptProcess::receive() {
  char buffer[16384];
  const ssize_t count = read(fd_, buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0) return false;
  in_.append(buffer, static_cast<std::size_t>(count));
  if (in_.size() > longest_line && in_.find('\n') == in_.npos)
    return script_error("script_failed", "a script's answer is larger than 1 MB");
  return true;
}

bool ScriptProcess::send() {
  const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  out_.erase(0, static_cast<std::size_t>(count));
  return true;
}

std::string ScriptProcess::take_line() {
  const auto end = in_.find('\n');
  if (end == in_.npos) return {};
  std::string line = in_.substr(0, end + 1);
  in_.erase(0, end + 1);
  return line;
}

Result<Value> ScriptProcess::run(const Value& job, Time::time_point deadline, const Egress& egress) {
  const auto died = [] {
    return script_error("script_died", "a script's process has died: too much memory, or an error of its own");
  };
  out_ = json::write(job) + "\n";
  ScriptCalls calls(egress);
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Time::now());
    if (left.count() <= 0) return script_error("script_timeout", "a script took longer than it may");
    pollfd p{fd_, static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    calls.wait(p, left);
    if ((p.revents & POLLOUT) && !out_.empty() && !send()) return died();
    if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
      const auto received = receive();
      if (!received) return received.error();
      if (!*received) return died();
    }
    for (std::string line = take_line(); !line.empty(); line = take_line()) {
      auto value = json::parse(line);
      if (!value || !value->is_object())
        return script_error("script_failed", "a script's process answered something else");
      if (!value->find("call")) return value;
      calls.begin((*value)["call"], static_cast<long>(left.count() / 1000 + 1));
    }
    for (const auto& answer : calls.finished()) out_ += json::write(answer) + "\n";
  }
}

}  // namespace ostia::authority
