// Rules and Actions are the tenant's own JavaScript. They run in processes of their own (node), which have nothing of
// this one but a pipe: no files, no environment, no signals, little memory, little time. One that loops, leaks or
// crashes is killed, and costs the login that it ran for, nothing else.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority {

class ScriptPool {
 public:
  /// At most `processes` at once; none is started before there is a script to run.
  explicit ScriptPool(unsigned processes);
  ~ScriptPool();

  /// Hands `job` to a process and gives its answer. Errors (all 5xx): node is not there, the script took longer than
  /// `timeout` seconds, its process died, too many wait.
  boost::asio::awaitable<Result<json::Value>> run(json::Value job, std::int64_t timeout);

 private:
  class Process;
  Result<json::Value> run_now(const json::Value& job, std::int64_t timeout);
  std::unique_ptr<Process> take();

  boost::asio::thread_pool threads_;
  std::atomic<unsigned> waiting_ = 0;
  unsigned limit_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Process>> idle_;
};

}  // namespace ostia::authority
