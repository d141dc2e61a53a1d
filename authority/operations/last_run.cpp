#include "operations/last_run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

#include "base/log.hpp"

namespace ostia::authority {
namespace {

constexpr std::string_view running = "running";
constexpr int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

std::atomic<int> marked = -1;  // the file, for the handler

std::string_view name_of(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGILL: return "SIGILL";
    case SIGFPE: return "SIGFPE";
    case SIGABRT: return "SIGABRT";
    default: return "signal";
  }
}

// Only what signal-safety(7) allows. The signal then does what it would have done: its action has been reset.
void note_signal(int signal) {
  const std::string_view name = name_of(signal);
  if (const int file = marked; file >= 0) {
    [[maybe_unused]] const auto emptied = ftruncate(file, 0);
    [[maybe_unused]] const auto written = pwrite(file, name.data(), name.size(), 0);
  }
  raise(signal);
}

void watch_signals() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they tell more, by handlers of their own
  struct sigaction action{};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  for (const int signal : fatal) sigaction(signal, &action, nullptr);
#endif
}

void tell_of(std::string_view mark) {
  if (mark == running)
    return log_event("error", "last_run_crashed",
                     {{"what",
                       "the last run was ended from outside: by SIGKILL (out of memory, an operator) or with the "
                       "machine"}});
  log_event("error", "last_run_crashed",
            {{"signal", mark},
             {"what", "the last run was ended by the signal " + std::string(mark) + ", a defect: report it"}});
}

}  // namespace

RunMark::RunMark(const std::string& data_folder)
    : file_(open((data_folder + "/run").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) != 0) {
    close(file_);
    file_ = -1;
  }
  if (file_ < 0) return;  // a folder that cannot be written is told of by who needs it
  char mark[16];
  const auto size = pread(file_, mark, sizeof mark, 0);
  if (size > 0) tell_of({mark, static_cast<std::size_t>(size)});
  [[maybe_unused]] const auto emptied = ftruncate(file_, 0);
  [[maybe_unused]] const auto written = pwrite(file_, running.data(), running.size(), 0);
  marked = file_;
  watch_signals();
}

void note_end_at_once() {
  if (const int file = marked; file >= 0) [[maybe_unused]]
    const auto emptied = ftruncate(file, 0);
}

RunMark::~RunMark() {
  if (file_ < 0) return;
  marked = -1;
  [[maybe_unused]] const auto emptied = ftruncate(file_, 0);
  close(file_);
}

}  // namespace ostia::authority
