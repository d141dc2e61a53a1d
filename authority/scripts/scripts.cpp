#include "scripts/scripts.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"
#include "scripts/sandbox.hpp"

namespace ostia::authority {

extern const std::string_view worker_script;

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using json::Value;

constexpr std::size_t largest_answer = 1 << 20;  // bytes
constexpr int most_jobs = 200;                   // of one process: what it has gathered goes with it

Error script_error(std::string reason, std::string what, int status = 500) {
  return {"server_error", std::move(what), std::move(reason), status, Fault::ours};
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

std::vector<std::string> what_node_reads(const std::string& node) {
  std::error_code ec;
  const fs::path real = fs::canonical(node, ec);
  std::vector<std::string> out = {
      "/usr/lib",     "/usr/share",         "/lib",          "/lib64",         "/etc/ssl",         "/etc/resolv.conf",
      "/etc/hosts",   "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf", "/etc/ld.so.cache", "/etc/localtime",
      "/dev/urandom", "/dev/null"};
  out.push_back(ec ? node : real.string());
  return out;
}

}  // namespace

// One node process and the pipe to it.
class ScriptPool::Process {
 public:
  static Result<std::unique_ptr<Process>> start() {
    const std::string node = find_node();
    if (node.empty())
      return script_error("node_missing", "rules and actions need node: install it, or name it in OSTIA_NODE");
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
      return script_error("script_failed", "no pipe could be made for a script");
    const Sandbox sandbox(what_node_reads(node));
    // All that the child needs is made before: between fork and exec nothing may allocate.
    const std::string script(worker_script);
    const char* arguments[] = {node.c_str(),
                               "--max-old-space-size=96",
                               "--no-warnings",
                               "--disallow-code-generation-from-strings",
                               "-e",
                               script.c_str(),
                               nullptr};
    const char* environment[] = {"NODE_OPTIONS=", "PATH=/nonexistent", nullptr};
    const pid_t pid = fork();
    if (pid == 0) {
      const int nothing = open("/dev/null", O_RDWR);
      if (nothing < 0 || dup2(pair[1], 0) < 0 || dup2(pair[1], 1) < 0 || dup2(nothing, 2) < 0 || chdir("/") != 0)
        _exit(126);
      for (int fd = 3; fd < 64; ++fd)
        if (fcntl(fd, F_GETFD) >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
      if (!sandbox.enter()) _exit(126);
      execve(node.c_str(), const_cast<char**>(arguments), const_cast<char**>(environment));
      _exit(127);
    }
    close(pair[1]);
    if (pid < 0) {
      close(pair[0]);
      return script_error("script_failed", "no process could be started for a script");
    }
    return std::make_unique<Process>(pid, pair[0]);
  }

  Process(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  ~Process() {
    close(fd_);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // After an error the process is of no more use.
  Result<Value> ask(const Value& job, std::int64_t timeout) {
    ++jobs;
    const auto deadline = Clock::now() + std::chrono::seconds(timeout);
    const std::string line = json::write(job) + "\n";
    if (!send_all(line, deadline)) return script_error("script_failed", "a script's process has died");
    std::string answer;
    while (!answer.ends_with('\n')) {
      if (!wait(POLLIN, deadline))
        return script_error("script_timeout", "a script took longer than " + text::decimal(timeout) + " seconds");
      char buffer[16384];
      const ssize_t count = read(fd_, buffer, sizeof buffer);
      if (count <= 0)
        return script_error("script_died", "a script's process has died: too much memory, or an error of its own");
      answer.append(buffer, static_cast<std::size_t>(count));
      if (answer.size() > largest_answer) return script_error("script_failed", "a script's answer is larger than 1 MB");
    }
    auto value = json::parse(answer);
    if (!value || !value->is_object())
      return script_error("script_failed", "a script's process answered something else");
    return value;
  }

  int jobs = 0;

 private:
  bool wait(short events, Clock::time_point deadline) const {
    pollfd p{fd_, events, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return left > 0 && poll(&p, 1, static_cast<int>(left)) == 1;
  }
  bool send_all(std::string_view text, Clock::time_point deadline) const {
    while (!text.empty()) {
      if (!wait(POLLOUT, deadline)) return false;
      const ssize_t count = send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  pid_t pid_;
  int fd_;
};

ScriptPool::ScriptPool(unsigned processes) : threads_(processes), limit_(processes * 16) {}

ScriptPool::~ScriptPool() { threads_.join(); }

std::unique_ptr<ScriptPool::Process> ScriptPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  auto process = std::move(idle_.back());
  idle_.pop_back();
  return process;
}

Result<Value> ScriptPool::run_now(const Value& job, std::int64_t timeout) {
  auto process = take();
  if (!process) {
    auto started = Process::start();
    if (!started) {
      log_event("error", "script_failed", {{"what", started.error().description}});
      return std::move(started).error();
    }
    process = *std::move(started);
  }
  auto answer = process->ask(job, timeout);
  if (!answer) {
    log_event("error", "script_failed", {{"reason", answer.error().reason}, {"what", answer.error().description}});
    return answer;  // and the process ends here
  }
  if (process->jobs < most_jobs) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(process));
  }
  return answer;
}

asio::awaitable<Result<Value>> ScriptPool::run(Value job, std::int64_t timeout) {
  if (++waiting_ > limit_) {
    --waiting_;
    co_return script_error("scripts_busy", "too many scripts are running; try again in a moment", 503);
  }
  auto work = [this, job = std::move(job), timeout]() -> asio::awaitable<std::optional<Result<Value>>> {
    auto answer = run_now(job, timeout);
    --waiting_;
    co_return std::optional(std::move(answer));
  };
  auto started = asio::co_spawn(threads_, work(), asio::use_awaitable);  // `work` holds the captures until the end
  auto answer = co_await std::move(started);
  co_return *std::move(answer);
}

}  // namespace ostia::authority
