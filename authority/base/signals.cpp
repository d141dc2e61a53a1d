#include "base/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/log.hpp"

namespace ostia::authority {
namespace {

constexpr int ending[] = {SIGTERM, SIGINT, SIGQUIT};
// The system would end the program for each of these.
constexpr int harmless[] = {SIGPIPE, SIGUSR1, SIGUSR2,   SIGALRM, SIGVTALRM, SIGPROF,
                            SIGPOLL, SIGPWR,  SIGSTKFLT, SIGXCPU, SIGXFSZ};

std::atomic<int> told_to = -1;  // a pipe's end, for the handler
std::atomic<int> ends_asked = 0;
std::atomic<void (*)()> before_end_at_once = nullptr;

void handle(int number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

// A handler, and not SIG_IGN: a program that is started from here would inherit that.
void do_nothing(int) {}

void tell(int number) {
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  if (const int to = told_to; to >= 0) [[maybe_unused]]
    const auto written = ::write(to, &byte, 1);
  errno = before;
}

void tell_to_end(int number) {
  if (ends_asked++ == 0) return tell(number);
  if (const auto before = before_end_at_once.load()) before();
  _exit(128 + number);
}

bool is_ignored(int number) {
  struct sigaction now{};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

bool has_terminal() {
  const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) close(terminal);
  return terminal >= 0;
}

}  // namespace

struct Signals::State {
  int pipe[2] = {-1, -1};
  const bool ends_with_terminal = has_terminal() && !is_ignored(SIGHUP);  // nohup(1) has it ignored
  Told told;
  std::thread hearing, working;
  std::mutex mutex;  // of the two below
  std::condition_variable changed;
  bool wants_reload = false, is_over = false;

  void act(int number) {
    const bool is_end = number != SIGHUP || (ends_with_terminal && !has_terminal());
    if (is_end) return run_guarded("signal_failed", told.end);
    ask(wants_reload);
  }

  void ask(bool& what) {
    const std::lock_guard lock(mutex);
    what = true;
    changed.notify_one();
  }

  // Until the pipe's other end is closed. It waits for signals and for nothing else, so that the end is always heard.
  void hear() {
    for (;;) {
      unsigned char number = 0;
      const ssize_t count = read(pipe[0], &number, 1);
      if (count == 1) act(number);
      if (count == 0 || (count < 0 && errno != EINTR)) return;
    }
  }

  // What may have to wait for files.
  void work() {
    std::unique_lock lock(mutex);
    const auto call = [&](const char* event, const std::function<void()>& what) {
      lock.unlock();
      run_guarded(event, what);
      lock.lock();
    };
    const auto is_asked = [this] { return wants_reload || is_over; };
    while (!is_over) {
      call("turn_failed", told.turn);
      const auto at = std::chrono::steady_clock::now() + told.interval;
      while (changed.wait_until(lock, at, is_asked) && !is_over) {
        wants_reload = false;
        call("signal_failed", told.reload);
      }
    }
  }
};

void survive_broken_pipes() { handle(SIGPIPE, do_nothing); }

Signals::Signals() : state_(std::make_unique<State>()) {
  if (pipe2(state_->pipe, O_CLOEXEC) != 0) return;
  fcntl(state_->pipe[1], F_SETFL, O_NONBLOCK);
  told_to = state_->pipe[1];
  for (const int number : harmless) handle(number, do_nothing);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) handle(number, do_nothing);
  handle(SIGHUP, tell);
}

std::shared_ptr<void> Signals::call(Told told) {
  state_->told = std::move(told);
  before_end_at_once = state_->told.before_end_at_once;
  for (const int number : ending) handle(number, tell_to_end);
  state_->working = std::thread([this] { state_->work(); });
  state_->hearing = std::thread([this] { state_->hear(); });
  return {state_.get(), [](State* state) {
            if (const int to = told_to.exchange(-1); to >= 0) close(to);
            state->hearing.join();
            state->ask(state->is_over);
            state->working.join();
          }};
}

Signals::~Signals() {
  if (const int to = told_to.exchange(-1); to >= 0) close(to);
  if (state_->pipe[0] >= 0) close(state_->pipe[0]);
}

}  // namespace ostia::authority
