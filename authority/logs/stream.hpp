// Log streams: entries of the tenant's log on their way to webhooks. What is to be sent is written together with the
// entry, and leaves when the webhook has taken it: at least once, in the order of the entries.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "http/egress.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// The vendor's category of an entry's type, such as `auth.login.success`; `other` for what has none.
std::string_view log_category(std::string_view type);

/// The statements that queue the entry `id` for every stream that wants its type.
std::vector<Statement> queue_for_streams(const Tenant& tenant, const std::string& id, std::string_view type,
                                         std::int64_t now);

/// Sends what is queued, on a thread of its own: a webhook that is slow holds nobody up but itself.
class LogStreamer {
 public:
  using CurrentTenant = std::function<std::shared_ptr<const Tenant>()>;
  /// `egress`: where webhooks may be; it must outlive the streamer.
  LogStreamer(Store& store, CurrentTenant tenant, const Egress& egress)
      : store_(store), tenant_(std::move(tenant)), egress_(egress) {}
  ~LogStreamer();
  LogStreamer(const LogStreamer&) = delete;
  LogStreamer& operator=(const LogStreamer&) = delete;

  void start();

 private:
  struct Rest {  ///< between two tries at a webhook that did not take anything
    std::chrono::steady_clock::time_point until;
    int failures = 0;
  };
  void run();
  bool is_ours();
  bool send_some(const LogStream& stream);

  Store& store_;
  CurrentTenant tenant_;
  const Egress& egress_;
  std::map<std::string, Rest> resting_;
  std::chrono::steady_clock::time_point ours_until_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace ostia::authority
