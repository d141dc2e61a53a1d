#include "base/line_writer.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace ostia::authority {

struct LineWriter::Queue {
  const int descriptor;
  const std::size_t most_bytes;
  const std::function<std::string(std::uint64_t)> dropped_line;

  std::mutex mutex;
  std::condition_variable filled, emptied;
  std::deque<std::string> lines;
  std::size_t bytes = 0;     // of `lines`
  std::uint64_t untold = 0;  // lines that were dropped, and nobody has been told of
  std::atomic<std::uint64_t> dropped = 0;
  std::atomic<bool> ends = false;

  Queue(int d, std::size_t most, std::function<std::string(std::uint64_t)> line)
      : descriptor(d), most_bytes(most), dropped_line(std::move(line)) {}

  void put(std::string line) {
    bytes += line.size();
    lines.push_back(std::move(line));
  }

  // Where lines are missing stands how many.
  void tell_of_dropped() {
    if (untold > 0) put(dropped_line(std::exchange(untold, 0)));
  }

  void work();
  bool write_some(std::string& line) const;
  void write_at_once(std::string& line) const;
};

// Writes from the beginning of `line`, takes that off it, and says whether it got on. No more at once than a pipe that
// has room takes without waiting.
bool LineWriter::Queue::write_some(std::string& line) const {
  constexpr std::size_t at_once = 4096;  // PIPE_BUF
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, 1000) != 1 || (ready.revents & POLLNVAL)) return false;
  const ssize_t count = ::write(descriptor, line.data(), std::min(line.size(), at_once));
  if (count <= 0) return count < 0 && errno == EINTR;
  line.erase(0, static_cast<std::size_t>(count));
  return true;
}

// What goes without waiting, taken off `line`: where nothing is in the way, a line is there before who wrote it goes
// on. Files and older kernels know no such thing, and leave it to the thread.
void LineWriter::Queue::write_at_once(std::string& line) const {
  iovec all{line.data(), line.size()};
  ssize_t count = send(descriptor, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno == ENOTSOCK) count = pwritev2(descriptor, &all, 1, -1, RWF_NOWAIT);
  if (count > 0) line.erase(0, static_cast<std::size_t>(count));
}

void LineWriter::Queue::work() {
  constexpr auto pause = std::chrono::milliseconds(200);  // before what could not be written is tried again
  std::unique_lock lock(mutex);
  for (;;) {
    filled.wait(lock, [&] { return ends || !lines.empty() || untold > 0; });
    if (lines.empty()) tell_of_dropped();
    if (lines.empty()) return;
    std::string line = std::move(lines.front());
    lines.pop_front();
    const std::size_t size = line.size();
    lock.unlock();
    while (!line.empty()) {
      if (write_some(line)) continue;
      if (ends) return;
      std::this_thread::sleep_for(pause);
    }
    lock.lock();
    bytes -= size;
    if (lines.empty()) tell_of_dropped();
    if (lines.empty()) emptied.notify_all();
  }
}

LineWriter::LineWriter(int descriptor, std::size_t most_bytes, std::function<std::string(std::uint64_t)> dropped_line)
    : queue_(std::make_shared<Queue>(descriptor, most_bytes, std::move(dropped_line))) {
  std::thread([queue = queue_] { queue->work(); }).detach();
}

void LineWriter::wait_until_written() const {
  std::unique_lock lock(queue_->mutex);
  queue_->emptied.wait_for(lock, patience, [&] { return queue_->bytes == 0 && queue_->untold == 0; });
}

LineWriter::~LineWriter() {
  wait_until_written();
  const std::lock_guard lock(queue_->mutex);
  queue_->ends = true;
  queue_->filled.notify_all();
}

void LineWriter::write(std::string line) {
  const std::lock_guard lock(queue_->mutex);
  if (queue_->bytes == 0 && queue_->untold == 0) queue_->write_at_once(line);
  if (line.empty()) return;
  if (queue_->bytes + line.size() > queue_->most_bytes) {
    ++queue_->untold;
    ++queue_->dropped;
    return;
  }
  queue_->tell_of_dropped();
  queue_->put(std::move(line));
  queue_->filled.notify_one();
}

std::uint64_t LineWriter::dropped() const { return queue_->dropped; }

}  // namespace ostia::authority
