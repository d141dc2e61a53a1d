// How the run before this one ended, for the first line of the log: who is started again by a supervisor would else
// look as if nothing had happened.
#pragma once

#include <string>

namespace ostia::authority {

/// Keeps a mark in the data folder (`run`) as long as the program runs. The mark of a run that has ended as it should
/// is empty; a fatal signal leaves its name there; nothing at all could be written by one that was killed.
class RunMark {
 public:
  /// Logs `last_run_crashed` if the run before in that folder did not end as it should. Where another program runs with
  /// the same folder, that one keeps the mark.
  explicit RunMark(const std::string& data_folder);
  /// The run ends as it should.
  ~RunMark();
  RunMark(const RunMark&) = delete;
  RunMark& operator=(const RunMark&) = delete;

 private:
  int file_ = -1;
};

/// The run ends as somebody has asked for twice. In a signal's handler.
void note_end_at_once();

}  // namespace ostia::authority
