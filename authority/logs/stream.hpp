// Log streams: entries of the tenant's log on their way to webhooks. What is to be sent is written together with the
// entry, and leaves when the webhook has taken it: in the order of the entries, and once, unless a node dies between
// the webhook's answer and the note of it; then the same `log_id` comes again.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <mutex>

#include "base/periodic.hpp"
#include "http/breaker.hpp"
#include "http/egress.hpp"
#include "store/turn.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// The vendor's category of an entry's type, such as `auth.login.success`; `other` for what has none.
std::string_view log_category(std::string_view type);

/// The statements that queue the entry `id` for every stream that wants its type.
std::vector<Statement> queue_for_streams(const Tenant& tenant, const std::string& id, std::string_view type,
                                         std::int64_t now);

/// Sends what is queued, on threads of its own, each stream by itself: a webhook that is slow holds nobody up but
/// itself. Of several nodes one sends.
class LogStreamer {
 public:
  using CurrentTenant = std::function<std::shared_ptr<const Tenant>()>;
  /// `egress`: where webhooks may be; it must outlive the streamer.
  LogStreamer(Store& store, CurrentTenant tenant, const Egress& egress)
      : store_(store), tenant_(std::move(tenant)), egress_(egress), turn_(store, "log_streams"), senders_(8) {}
  ~LogStreamer();
  LogStreamer(const LogStreamer&) = delete;
  LogStreamer& operator=(const LogStreamer&) = delete;

  void start();

 private:
  struct State {
    bool is_busy = false;
    Breaker breaker{{.failures = 1, .first = std::chrono::seconds(2), .longest = std::chrono::seconds(300)}};
  };
  void send_all();
  bool begin(const std::string& stream);
  void send(const LogStream& stream);
  bool send_some(const LogStream& stream);
  void note_failure(const LogStream& stream, const std::string& what);

  Store& store_;
  CurrentTenant tenant_;
  const Egress& egress_;
  Turn turn_;
  std::mutex mutex_;
  std::map<std::string, State> states_;  // by the stream's id
  Periodic scheduler_;
  boost::asio::thread_pool senders_;
};

}  // namespace ostia::authority
