#include "base/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/line_writer.hpp"
#include "ostia/text/readers.hpp"

namespace ostia::authority {
namespace {

std::string line_of(std::string_view level, std::string_view event,
                    std::initializer_list<std::pair<std::string_view, json::Value>> fields) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  json::Value line = json::Value::object(
      {{"at", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}, {"level", level}, {"event", event}});
  for (const auto& [name, value] : fields) line.set(name, value);
  return text::for_readers(json::write(line)) + "\n";
}

std::string dropped_line(std::uint64_t count) {
  return line_of("warning", "log_lines_dropped",
                 {{"count", static_cast<std::int64_t>(count)},
                  {"what", "whoever reads this log had not taken what came before, and there was no room for more"}});
}

// The name of the file that standard error is; empty: it is something else.
std::string file_of_log() {
  struct stat is{};
  char name[4096];
  if (fstat(STDERR_FILENO, &is) != 0 || !S_ISREG(is.st_mode)) return {};
  const ssize_t size = readlink("/proc/self/fd/2", name, sizeof name);
  return size > 0 ? std::string(name, static_cast<std::size_t>(size)) : std::string();
}

struct Queues {
  static constexpr std::size_t most_bytes = 1024 * 1024;
  LineWriter log{STDERR_FILENO, most_bytes, dropped_line};
  LineWriter output{STDOUT_FILENO, most_bytes, [](std::uint64_t) { return std::string("\n"); }};
  const std::string file = file_of_log();
};

std::atomic<std::shared_ptr<Queues>> queues;
std::atomic<std::uint64_t> dropped_before = 0;  // by queues that are gone

void write_now(int descriptor, std::string_view text) {
  [[maybe_unused]] const auto written = ::write(descriptor, text.data(), text.size());
}

}  // namespace

void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, json::Value>> fields) {
  std::string line = line_of(level, event, fields);
  if (const auto queue = queues.load()) return queue->log.write(std::move(line));
  write_now(STDERR_FILENO, line);  // one write a line: lines of several threads do not mix
}

LogQueue::LogQueue() { queues = std::make_shared<Queues>(); }

LogQueue::~LogQueue() {
  if (const auto queue = queues.exchange(nullptr)) dropped_before += queue->log.dropped();
}

void tell_person(std::string_view text) {
  if (const auto queue = queues.load()) return queue->log.write(std::string(text));
  write_now(STDERR_FILENO, text);
}

void tell_program(std::string_view text) {
  const auto queue = queues.load();
  if (!queue) return write_now(STDOUT_FILENO, text);
  std::thread([queue, line = std::string(text)] {  // whoever waits for it finds in the log what was said before
    queue->log.wait_until_written();
    queue->output.write(line);
  })
      .detach();
}

std::uint64_t log_lines_dropped() {
  const auto queue = queues.load();
  return dropped_before + (queue ? queue->log.dropped() : 0);
}

namespace {

// Whether `file` still is what standard error is.
bool is_log(const std::string& file, const struct stat& log) {
  struct stat named{};
  return stat(file.c_str(), &named) == 0 && named.st_ino == log.st_ino && named.st_dev == log.st_dev;
}

// A new one has the mode of the one before, whatever the umask is: who could read the log can go on. One that somebody
// has put there keeps its own. A pipe is not waited for.
int open_log_file(const std::string& file, mode_t mode) {
  constexpr int how = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const int made = open(file.c_str(), how | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (made < 0) return errno == EEXIST ? open(file.c_str(), how) : -1;
  [[maybe_unused]] const auto is_same = fchmod(made, mode & 0777U);
  return made;
}

// Why it could not be; empty: it is.
std::string open_as_log(const std::string& file, mode_t mode) {
  const int opened = open_log_file(file, mode);
  struct stat is{};
  if (opened < 0 && errno != ENXIO) return std::strerror(errno);  // a pipe that nobody reads
  if (opened < 0 || fstat(opened, &is) != 0 || !S_ISREG(is.st_mode)) {
    if (opened >= 0) close(opened);
    return "what has its name now is not a regular file";
  }
  const bool is_done = dup2(opened, STDERR_FILENO) == STDERR_FILENO;
  close(opened);
  return is_done ? "" : "its descriptor could not be replaced";
}

}  // namespace

void reopen_log() {
  const auto queue = queues.load();
  struct stat log{};
  if (!queue || queue->file.empty() || fstat(STDERR_FILENO, &log) != 0 || is_log(queue->file, log)) return;
  const std::string why = open_as_log(queue->file, log.st_mode);
  if (why.empty()) return log_event("info", "log_reopened", {{"file", queue->file}});
  log_event("error", "log_not_reopened",
            {{"file", queue->file}, {"what", "this goes on in the file that was moved away: " + why}});
}

}  // namespace ostia::authority
