#include "state/sent_notes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace ostia::authority {

SentNotes::~SentNotes() {
  if (file_ >= 0) close(file_);
}

std::vector<std::string> SentNotes::open(const std::string& file) {
  std::vector<std::string> left;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line) && !in.eof();) left.push_back(line);  // the last is whole, or none
  file_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  return left;
}

void SentNotes::note(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++unsettled_;
  const std::string line = id + "\n";
  [[maybe_unused]] const auto written = write(file_, line.data(), line.size());  // at worst it is sent twice
}

void SentNotes::settle() {
  const std::lock_guard lock(mutex_);
  if (unsettled_ > 0 && --unsettled_ > 0) return;
  [[maybe_unused]] const auto emptied = ftruncate(file_, 0);
}

}  // namespace ostia::authority
