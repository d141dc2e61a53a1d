// Lines for somebody who may read slowly, not at all, or be gone: who writes them never waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace ostia::authority {

/// A bounded queue of lines before a descriptor, and the thread that writes them. What cannot be written (a reader that
/// stalls or is gone, a full disk, a closed descriptor) waits in the queue and is tried again; what the queue has no
/// room for is counted. Thread-safe.
class LineWriter {
 public:
  /// `dropped_line` makes the line that tells of lines that were dropped, which comes where they would have come.
  LineWriter(int descriptor, std::size_t most_bytes, std::function<std::string(std::uint64_t)> dropped_line);
  /// Gives what waits `patience` to be written, and leaves a thread that still writes then alone.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Never waits for a reader. `line` has its line break.
  void write(std::string line);
  [[nodiscard]] std::uint64_t dropped() const;
  /// Until all is written, `patience` at most.
  void wait_until_written() const;

  static constexpr auto patience = std::chrono::seconds(1);

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;  // the thread's, too, which may outlive this
};

}  // namespace ostia::authority
