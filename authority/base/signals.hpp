// What the system tells this program by signals, on a thread where it can be acted upon.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace ostia::authority {

/// From when there is one until the program ends, no signal that a person or a supervisor may send ends it unasked:
///
/// - SIGTERM, SIGINT and SIGQUIT call `end`; while that goes on, another one ends the program at once.
/// - SIGHUP calls `reload`. Where the terminal that the program was started from has been closed, it calls `end`.
/// - SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM and the like do nothing.
///
/// Programs that are started from here get what they would have got without it. One a program.
class Signals {
 public:
  struct Told {
    std::function<void()> end, reload;
    /// Every `interval` by the clock that nobody sets, and once at the beginning.
    std::function<void()> turn;
    std::chrono::seconds interval{60};
    /// Before the program is ended at once, in a signal's handler: only what signal-safety(7) allows.
    void (*before_end_at_once)() = nullptr;
  };

  /// None of these signals ends the program any more, but those that are to end it.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// From now on, as long as what it gives is kept, `told` is called: `end` on a thread that waits for nothing else,
  /// `reload` and `turn`, which may have to wait for files, on another, one after the other. A SIGHUP that came before
  /// is not forgotten; several that come while one is acted upon are one. Once.
  [[nodiscard]] std::shared_ptr<void> call(Told told);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writing to somebody who is gone is an error of that write, and no end of the program. For the start of a program.
void survive_broken_pipes();

}  // namespace ostia::authority
