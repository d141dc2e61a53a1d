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

Error busy(const char* what) { return {"server_error", what, "scripts_busy", 503, Fault::ours}; }

// Who logs in, and to what: those who do not hang do not wait for those who do.
std::string key_of(const Value& job) {
  const Value &event = job["event"], &context = job["context"];
  return event.is_object() ? event["client"]["client_id"].text() + " " + event["user"]["user_id"].text()
                           : context["clientID"].text() + " " + job["user"]["user_id"].text();
}

}  // namespace

ScriptPool::ScriptPool(unsigned processes, const Egress& egress, bool with_gaps)
    : egress_(egress),
      with_gaps_(with_gaps),
      spares_(std::max(2U, processes / 2)),
      turns_(processes, std::size_t{processes} * 16),
      threads_(processes),
      attendant_([this] { attend(); }) {}

ScriptPool::~ScriptPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  attendant_.join();
  threads_.join();
  helper_.join();
}

Status ScriptPool::prepare() {
  auto started = ScriptProcess::start(false);
  if (!started) return std::move(started).error();
  const std::lock_guard lock(mutex_);
  idle_.push_back(*std::move(started));
  return ok();
}

// One that waits, else a new one; meanwhile the next ones start.
Result<ScriptPool::Process> ScriptPool::take(Deadline deadline) {
  Process process;
  {
    const std::lock_guard lock(mutex_);
    while (!process && !idle_.empty()) {
      if (idle_.back()->is_there()) process = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  asio::post(helper_, [this] { keep_spares(); });
  if (process) return process;
  return ScriptProcess::start(with_gaps_,
                              std::min(deadline, ScriptProcess::Time::now() + ScriptProcess::longest_start));
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

// What it runs in, while it can be ended; null: nothing any more.
void ScriptPool::hold(Job& job, ScriptProcess* process) {
  const std::lock_guard lock(mutex_);
  job.process = process;
  if (process) turns_.begin(job.id, Turns::Time::now());
  if (process && job.is_ended) process->end();
}

Result<Value> ScriptPool::run_one(Job& job, const Value& part) {
  auto process = take(job.deadline);
  if (!process) return std::move(process).error();
  hold(job, process->get());
  const auto began = ScriptProcess::Time::now();
  auto answer = (*process)->run(part, job.deadline, egress_);
  job.ran += ScriptProcess::Time::now() - began;
  hold(job, nullptr);
  (*process)->end();
  // Its end takes longer than the login should.
  asio::post(helper_, [spent = std::shared_ptr<ScriptProcess>(*std::move(process))]() mutable { spent.reset(); });
  return answer;
}

// One after the other, each in a process that knows its own secrets only.
Result<Value> ScriptPool::run_actions(Job& job) {
  Value event = job.job["event"], commands = Value::array(), cache;
  Value waiting = job.job["continue"];
  for (const auto& action : job.job["actions"].items()) {
    if (waiting.is_string() && action["name"] != waiting) continue;
    Value one = Value::object({{"actions", Value::array({action})}, {"event", event}, {"cache", cache}});
    if (const Value* handler = job.job.find("handler")) one.set("handler", *handler);
    if (waiting.is_string()) one.set("continue", std::exchange(waiting, {}));
    auto answer = run_one(job, one);
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

// A script is held against somebody if it had its time itself. One that has only waited, for a place or for node, is
// busy: that says nothing of whose it is.
void ScriptPool::work(Job& job) {
  auto answer = job.job["actions"].is_array() ? run_actions(job) : run_one(job, job.job);
  Jobs late;
  {
    const std::lock_guard lock(mutex_);
    const bool is_cut = !answer && (job.is_ended || answer.error().reason == "script_timeout");
    const bool has_hung = is_cut && turns_.had_its_time(job.id, job.ran);
    if (is_cut && job.is_ended)
      answer = busy("a script that took long was ended, since others waited for its place");
    else if (is_cut && !has_hung)
      answer = busy("the script could begin only when its time was nearly over, or not at all");
    turns_.leave(job.id, has_hung, Turns::Time::now());
    jobs_.erase(job.id);
    late = start_those_whose_turn_it_is();
  }
  if (!answer) log_failure(answer.error());
  job.answer(std::move(answer));
  refuse(late);
}

// Gives those that have waited as long as they may.
ScriptPool::Jobs ScriptPool::start_those_whose_turn_it_is() {
  const auto now = Turns::Time::now();
  Jobs late;
  for (const auto id : turns_.take_expired(now)) late.push_back(std::move(jobs_.extract(id).mapped()));
  while (const auto id = turns_.start(now)) asio::post(threads_, [this, job = jobs_.at(*id)] { work(*job); });
  return late;
}

void ScriptPool::refuse(const Jobs& late) {
  for (const auto& job : late) {
    const Error error = busy("other scripts had all places for as long as this one could wait");
    log_failure(error);
    job->answer(error);
  }
}

void ScriptPool::begin(Value job, Deadline deadline, Answer answer) {
  const std::string key = key_of(job);
  {
    std::unique_lock lock(mutex_);
    const auto id = ++last_;
    if (turns_.enter(id, key, deadline, Turns::Time::now())) {
      jobs_[id] = std::make_shared<Job>(id, std::move(job), deadline, std::move(answer));
      const Jobs late = start_those_whose_turn_it_is();
      changed_.notify_one();
      lock.unlock();
      return refuse(late);
    }
  }
  answer(busy("too many scripts are running; try again in a moment"));
}

void ScriptPool::end(Turns::Id id) {
  Job& job = *jobs_.at(id);
  job.is_ended = true;
  if (job.process) job.process->end();
}

// Nobody waits longer than they may, and nobody keeps all others waiting.
void ScriptPool::attend() {
  constexpr auto often = std::chrono::milliseconds(50);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || turns_.has_waiting(); });
    if (closing_) return;
    const Jobs late = start_those_whose_turn_it_is();
    for (const auto id : turns_.end_some(Turns::Time::now())) end(id);
    lock.unlock();
    refuse(late);
    std::this_thread::sleep_for(often);
    lock.lock();
  }
}

asio::awaitable<Result<Value>> ScriptPool::run(Value job, Deadline deadline) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Result<Value>)>(
      [&](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin(std::move(job), deadline, [shared, executor](Result<Value> result) {
          asio::post(executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
        });
      },
      asio::use_awaitable);
}

}  // namespace ostia::authority
