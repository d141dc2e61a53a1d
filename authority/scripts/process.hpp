// One node process behind the wall, which runs one job and ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>

#include "http/egress.hpp"
#include "ostia/json/value.hpp"

namespace ostia::authority {

class ScriptProcess {
 public:
  using Time = std::chrono::steady_clock;
  static constexpr auto longest_start = std::chrono::seconds(20);

  /// Starts node and waits until it is ready for a job, without one. `with_gaps`: also where the wall has some. Errors:
  /// `node_missing`; `script_wall_missing`, with what is missing; `script_timeout`; `script_failed`.
  static Result<std::unique_ptr<ScriptProcess>> start(bool with_gaps,
                                                      Time::time_point deadline = Time::now() + longest_start);
  /// Whether this machine's kernel has what holds them. The error is `script_wall_missing`.
  static Status check_kernel();
  ~ScriptProcess();
  ScriptProcess(const ScriptProcess&) = delete;
  ScriptProcess& operator=(const ScriptProcess&) = delete;

  /// Ends it, whatever it does. From any thread, while the object is there.
  void end() const;
  /// False once it has ended.
  [[nodiscard]] bool is_there() const;
  /// Hands it its job and gives its answer; meanwhile makes the calls that it asks for. Once only. Errors:
  /// `script_timeout`, `script_died`, `script_failed`.
  Result<json::Value> run(const json::Value& job, Time::time_point deadline, const Egress& egress);

 private:
  ScriptProcess(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  static Result<std::unique_ptr<ScriptProcess>> launch(const std::string& node, const char* permission, bool with_gaps);
  Status read_ready(bool with_gaps, Time::time_point deadline);
  Result<bool> receive();
  bool send();
  std::string take_line();

  pid_t pid_;
  int fd_;
  std::string in_, out_;
};

}  // namespace ostia::authority
