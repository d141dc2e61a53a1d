#include "scripts/scripts.hpp"

#include <boost/asio.hpp>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;
using json::Value;

void log_failure(const Error& error) {
  log_event("error", "script_failed", {{"reason", error.reason}, {"what", error.description}});
}

// What an action has set of the person is what the next one finds.
void follow(Value& event, const Value& command) {
  const std::string& member = command["type"].text();
  if (member != "user_metadata" && member != "app_metadata") return;
  Value user = event["user"], values = user[member];
  if (!values.is_object()) values = Value::object();
  values.set(command["name"].text(), command["value"]);
  user.set(member, std::move(values));
  event.set("user", std::move(user));
}

}  // namespace

ScriptPool::ScriptPool(unsigned processes, const Egress& egress, bool with_gaps)
    : egress_(egress),
      with_gaps_(with_gaps),
      threads_(processes),
      limit_(processes * 16),
      spares_(std::max(2U, processes / 2)) {}

ScriptPool::~ScriptPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  threads_.join();
}

Status ScriptPool::prepare() {
  auto started = ScriptProcess::start(false);
  if (!started) return std::move(started).error();
  const std::lock_guard lock(mutex_);
  idle_.push_back(*std::move(started));
  return ok();
}

// One that waits, else a new one; meanwhile the next ones start.
Result<ScriptPool::Process> ScriptPool::take() {
  Process process;
  {
    const std::lock_guard lock(mutex_);
    while (!process && !idle_.empty()) {
      if (idle_.back()->is_there()) process = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  asio::post(threads_, [this] { keep_spares(); });
  if (process) return process;
  return ScriptProcess::start(with_gaps_);
}

void ScriptPool::keep_spares() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || idle_.size() + starting_ >= spares_) return;
    ++starting_;
  }
  auto started = ScriptProcess::start(with_gaps_);
  const std::lock_guard lock(mutex_);
  --starting_;
  if (started) idle_.insert(idle_.begin(), *std::move(started));
}

Result<Value> ScriptPool::run_one(const Value& job, Deadline deadline) {
  auto process = take();
  if (!process) {
    log_failure(process.error());
    return std::move(process).error();
  }
  auto answer = (*process)->run(job, deadline, egress_);
  if (!answer) log_failure(answer.error());
  // Its end takes longer than the login should.
  asio::post(threads_, [spent = std::shared_ptr<ScriptProcess>(*std::move(process))]() mutable { spent.reset(); });
  return answer;
}

// One after the other, each in a process that knows its own secrets only.
Result<Value> ScriptPool::run_actions(const Value& job, Deadline deadline) {
  Value event = job["event"], commands = Value::array(), cache;
  Value waiting = job["continue"];
  for (const auto& action : job["actions"].items()) {
    if (waiting.is_string() && action["name"] != waiting) continue;
    Value one = Value::object({{"actions", Value::array({action})}, {"event", event}, {"cache", cache}});
    if (waiting.is_string()) one.set("continue", std::exchange(waiting, {}));
    auto answer = run_one(one, deadline);
    if (!answer || answer->find("error")) return answer;
    const Value& result = (*answer)["result"];
    for (const auto& command : result["commands"].items()) {
      follow(event, command);
      commands.push_back(command);
    }
    cache = result["cache"];
    if (result["stopped"].as_bool()) break;
  }
  return Value::object({{"result", Value::object({{"commands", std::move(commands)}})}});
}

Result<Value> ScriptPool::run_now(const Value& job, Deadline deadline) {
  return job["actions"].is_array() ? run_actions(job, deadline) : run_one(job, deadline);
}

asio::awaitable<Result<Value>> ScriptPool::run(Value job, std::int64_t timeout) {
  if (++waiting_ > limit_) {
    --waiting_;
    co_return Error{"server_error", "too many scripts are running; try again in a moment", "scripts_busy", 503,
                    Fault::ours};
  }
  auto work = [this, job = std::move(job), timeout]() -> asio::awaitable<std::optional<Result<Value>>> {
    auto answer = run_now(job, ScriptProcess::Time::now() + std::chrono::seconds(timeout));
    --waiting_;
    co_return std::optional(std::move(answer));
  };
  auto started = asio::co_spawn(threads_, work(), asio::use_awaitable);  // `work` holds the captures until the end
  auto answer = co_await std::move(started);
  co_return *std::move(answer);
}

}  // namespace ostia::authority
