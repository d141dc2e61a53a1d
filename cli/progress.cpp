#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ostia::cli {

Progress::Progress(std::string noun) : noun_(std::move(noun)), is_terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (is_shown_) std::fprintf(stderr, "\r\x1b[K");  // what comes next has the line to itself
}

void Progress::show(std::int64_t done, double share) {
  if (!is_terminal_) return;
  constexpr int width = 30;
  const int full = static_cast<int>(width * std::clamp(share, 0.0, 1.0));
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  std::fprintf(stderr, "\r%s %3d %%  %lld %s\x1b[K", bar.c_str(), static_cast<int>(100 * share),
               static_cast<long long>(done), noun_.c_str());
  is_shown_ = true;
}

}  // namespace ostia::cli
