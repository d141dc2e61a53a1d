// Reads that grow with the number of rows (searches, exports): beside the loops, on few threads of low priority, page
// by page, in turns between those who ask.
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/async.hpp"

namespace ostia::authority {

class LongReads {
 public:
  /// A read that has been let in. It asks for each page's turn.
  class Turn {
   public:
    Turn(LongReads& reads, std::string caller);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    /// Waits until it is this caller's turn to read a page. The error: its time is over (`read_too_long`).
    Async<Unit> next();

   private:
    friend class LongReads;
    LongReads& reads_;
    std::string caller_;
    std::chrono::steady_clock::time_point deadline_;
    bool is_reading_ = false;
  };
  using TurnPtr = std::shared_ptr<Turn>;

  LongReads();
  ~LongReads() { stop(); }
  LongReads(const LongReads&) = delete;
  LongReads& operator=(const LongReads&) = delete;

  /// Runs `work(turn)`, which gives an `Async<T>`, on one of the threads. The error that is not the work's own: too
  /// much is asked already, by `caller` or by all (`read_busy`).
  template <class T, class Work>
  Async<T> run(std::string caller, Work work) {
    auto turn = enter(std::move(caller));
    if (!turn) co_return std::move(turn).error();
    auto out = std::make_shared<std::optional<Result<T>>>();
    Async<T> task = work(*turn);
    auto apart = boost::asio::co_spawn(context_, keep<T>(std::move(task), out), boost::asio::use_awaitable);
    co_await std::move(apart);
    co_return std::move(**out);
  }

  /// Ends its threads; what is under way is let go.
  void stop();

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(Async<T> task, std::shared_ptr<std::optional<Result<T>>> out) {
    auto result = co_await std::move(task);
    out->emplace(std::move(result));
  }

  using Resume = std::function<void()>;
  Result<TurnPtr> enter(std::string caller);
  void leave(const Turn& turn);
  void wait(Turn& turn, Resume resume);
  void hand_out();  // with the lock

  std::mutex mutex_;
  std::map<std::string, std::size_t> reads_of_;  // under way, of each caller
  std::size_t under_way_ = 0, reading_ = 0;
  std::map<std::string, std::deque<Resume>> waiting_;
  std::deque<std::string> callers_;  // of those that wait, whose turn is next
  bool is_stopped_ = false;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::vector<std::thread> threads_;
};

}  // namespace ostia::authority
