// How far a long piece of work has come, for a person at a terminal; nobody else gets to see it.
#pragma once

#include <cstdint>
#include <string>

namespace ostia::cli {

class Progress {
 public:
  /// `noun`: what is counted, such as `users`.
  explicit Progress(std::string noun);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Draws the bar anew, over the one that is there; `share` of the whole, from 0 to 1.
  void show(std::int64_t done, double share);

 private:
  std::string noun_;
  bool is_terminal_, is_shown_ = false;
};

}  // namespace ostia::cli
