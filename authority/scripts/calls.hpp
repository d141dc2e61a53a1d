// What scripts ask other servers. A script's process has no sockets: the authority makes its calls, by the same policy
// as its own.
#pragma once

#include <poll.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/exchange.hpp"
#include "ostia/json/value.hpp"

namespace ostia::authority {

/// The calls of one job, all at once, on the thread that waits for its answer.
class ScriptCalls {
 public:
  explicit ScriptCalls(const Egress& egress) : egress_(egress) {}
  ~ScriptCalls();
  ScriptCalls(const ScriptCalls&) = delete;
  ScriptCalls& operator=(const ScriptCalls&) = delete;

  /// `request`: `id`, `method`, `url`, `headers` (pairs) and `body` (base64). What is wrong with it comes back as any
  /// other failure, by `finished`.
  void begin(const json::Value& request, long timeout);
  /// Waits until `script` is ready for `script.events`, a call has got on, or `most` is over; `script.revents` says
  /// what.
  void wait(pollfd& script, std::chrono::milliseconds most);
  /// The answers that have come meanwhile, as the script's process reads them.
  std::vector<json::Value> finished();

 private:
  struct Close {
    void operator()(CURLM* m) const { curl_multi_cleanup(m); }
  };
  struct Running {
    json::Value id;
    std::unique_ptr<Exchange> exchange;
  };
  void fail(const json::Value& id, const Error& error);

  const Egress& egress_;
  std::unique_ptr<CURLM, Close> multi_;
  std::map<CURL*, Running> running_;
  std::vector<json::Value> done_;
  int begun_ = 0;
};

}  // namespace ostia::authority
