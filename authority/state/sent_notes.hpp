// Which messages have been sent, from the moment that somebody took them until the store knows it. A program that is
// killed in between would send them again.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace ostia::authority {

/// A line a message, in a file. It outlives the program, not the machine: nobody waits for the disk. Thread-safe.
class SentNotes {
 public:
  SentNotes() = default;
  ~SentNotes();
  SentNotes(const SentNotes&) = delete;
  SentNotes& operator=(const SentNotes&) = delete;

  /// Opens `file`, or makes it, and gives what an earlier run has left there. Without it nothing is noted.
  std::vector<std::string> open(const std::string& file);
  /// `id` has been sent.
  void note(const std::string& id);
  /// The store knows it. Once it knows all of them the file is empty again.
  void settle();

 private:
  std::mutex mutex_;
  int file_ = -1;
  unsigned unsettled_ = 0;
};

}  // namespace ostia::authority
