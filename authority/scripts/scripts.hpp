// Rules and Actions are the tenant's own JavaScript. They run in processes of their own (node), which have nothing of
// this one but a pipe: no files, no sockets, no environment, no other processes, little memory, little time. Each job
// has a process for itself, which ends with it, and each action is a job: what one login or one action has seen, no
// other meets. One that loops, leaks or crashes is killed, and costs the login that it ran for, nothing else.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/egress.hpp"
#include "ostia/json/value.hpp"
#include "scripts/process.hpp"
#include "scripts/turns.hpp"

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

  using Deadline = ScriptProcess::Time::time_point;
  static Deadline deadline_in(std::int64_t seconds) {
    return ScriptProcess::Time::now() + std::chrono::seconds(seconds);
  }

  /// Runs the rules of `job` together, or its actions one by one, and gives their answer, at the latest a moment after
  /// `deadline`, wherever the time went. Errors (all 5xx): node is not there, nothing would hold it, the scripts took
  /// too long (`script_timeout`), their process died; `scripts_busy`: others had all the places, or needed this one's,
  /// or it could not begin early enough.
  boost::asio::awaitable<Result<json::Value>> run(json::Value job, Deadline deadline);

 private:
  using Process = std::unique_ptr<ScriptProcess>;
  using Answer = std::function<void(Result<json::Value>)>;
  struct Job {
    Turns::Id id;
    json::Value job;
    Deadline deadline;
    Answer answer;
    ScriptProcess::Time::duration ran{};  // its scripts themselves, without any waiting
    ScriptProcess* process = nullptr;     // that it has now
    bool is_ended = false;                // so that others get in
  };

  void begin(json::Value job, Deadline deadline, Answer answer);
  using Jobs = std::vector<std::shared_ptr<Job>>;
  Jobs start_those_whose_turn_it_is();
  static void refuse(const Jobs& late);
  void work(Job& job);
  void end(Turns::Id id);
  void attend();
  Result<json::Value> run_actions(Job& job);
  Result<json::Value> run_one(Job& job, const json::Value& part);
  void hold(Job& job, ScriptProcess* process);
  Result<Process> take(Deadline deadline);
  void keep_spares();

  const Egress& egress_;
  const bool with_gaps_;
  const unsigned spares_;
  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::vector<Process> idle_;
  unsigned starting_ = 0;
  bool closing_ = false;
  Turns turns_;
  Turns::Id last_ = 0;
  std::unordered_map<Turns::Id, std::shared_ptr<Job>> jobs_;
  boost::asio::thread_pool threads_;    // a job has one while it runs
  boost::asio::thread_pool helper_{1};  // starts spares, and sees those off that have had their job
  std::thread attendant_;               // ends what takes too long
};

}  // namespace ostia::authority
