#include "operations/trace.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "operations/metrics.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {

std::string id_of(const Request& request) {
  const std::string_view named = request.header("x-request-id");
  const bool is_good = !named.empty() && named.size() <= 64 && std::all_of(named.begin(), named.end(), [](char c) {
    return text::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
  return is_good ? std::string(named) : random_id().substr(0, 22);
}

Trace::Trace(const Authority& a, const Request& request, std::string endpoint) : a_(a) {
  if (a.metrics || a.logs_access)
    kept_ =
        Kept{request.id,         request.method, request.path, request.peer, std::string(request.header("traceparent")),
             std::move(endpoint)};
}

void Trace::end(int status) const {
  if (!kept_) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - kept_->start).count();
  if (a_.metrics) a_.metrics->observe(kept_->method, kept_->endpoint, status, seconds);
  if (a_.logs_access)
    log_event("info", "request",
              {{"request_id", kept_->id},
               {"method", kept_->method},
               {"path", kept_->path},
               {"status", status},
               {"duration_us", static_cast<std::int64_t>(seconds * 1e6)},
               {"peer", kept_->peer},
               {"traceparent", kept_->trace_parent}});
}

}  // namespace ostia::authority
