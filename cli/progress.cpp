#include "progress.hpp"

#include <unistd.h>

#include <algorithm>

#include "terminal.hpp"

namespace ostia::cli {

Progress::Progress(std::string noun) : noun_(std::move(noun)), is_terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (is_shown_) draw("\r\x1b[K");  // what comes next has the line to itself
}

void Progress::show(std::int64_t done, double share) {
  if (!is_terminal_) return;
  constexpr int width = 30;
  const int full = static_cast<int>(width * std::clamp(share, 0.0, 1.0));
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  draw("\r" + bar + " " + std::to_string(static_cast<int>(100 * share)) + " %  " + std::to_string(done) + " " + noun_ +
       "\x1b[K");
  is_shown_ = true;
}

}  // namespace ostia::cli
