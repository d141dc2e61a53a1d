// Rules and Actions are the tenant's own JavaScript. They run in processes of their own (node), which have nothing of
// this one but a pipe: no files, no sockets, no environment, no other processes, little memory, little time. Each job
// has a process for itself, which ends with it, and each action is a job: what one login or one action has seen, no
// other meets. One that loops, leaks or crashes is killed, and costs the login that it ran for, nothing else.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "http/egress.hpp"
#include "ostia/json/value.hpp"
#include "scripts/process.hpp"

namespace ostia::authority {

class ScriptPool {
 public:
  /// At most `processes` at once; none is started before there is a script to run. `egress` says what scripts may call,
  /// and must outlive the pool. `with_gaps`: they run even where the kernel or node cannot hold them.
  ScriptPool(unsigned processes, const Egress& egress, bool with_gaps);
  ~ScriptPool();

  /// Whether scripts are held here as they should be, whatever the pool was told, found out with a process that then
  /// waits for the first job. Errors: those of `ScriptProcess::start`.
  Status prepare();

  /// Runs the rules of `job` together, or its actions one by one, and gives their answer. Errors (all 5xx): node is not
  /// there, nothing would hold it, the scripts took longer than `timeout` seconds, their process died, too many wait.
  boost::asio::awaitable<Result<json::Value>> run(json::Value job, std::int64_t timeout);

 private:
  using Process = std::unique_ptr<ScriptProcess>;
  using Deadline = ScriptProcess::Time::time_point;
  Result<json::Value> run_now(const json::Value& job, Deadline deadline);
  Result<json::Value> run_actions(const json::Value& job, Deadline deadline);
  Result<json::Value> run_one(const json::Value& job, Deadline deadline);
  Result<Process> take();
  void keep_spares();

  const Egress& egress_;
  const bool with_gaps_;
  boost::asio::thread_pool threads_;
  std::atomic<unsigned> waiting_ = 0;
  const unsigned limit_, spares_;
  std::mutex mutex_;
  std::vector<Process> idle_;
  unsigned starting_ = 0;
  bool closing_ = false;
};

}  // namespace ostia::authority
