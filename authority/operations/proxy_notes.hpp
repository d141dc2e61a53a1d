// What is wrong between the authority and the proxies in front of it, where an operator finds it: in the log, in the
// metrics, and for `ostia doctor` in the data folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "http/forwarded.hpp"
#include "ostia/json/value.hpp"

namespace ostia::authority {

/// Thread-safe.
class ProxyNotes {
 public:
  /// Forgets what a run before has noted in that folder. `expects_proxy`: who comes without one is worth a note.
  ProxyNotes(const std::string& data_folder, bool expects_proxy, const Forwarding& forwarding);

  /// The trusted proxy at `hop` has written something that is no address, so the request counts as its own.
  void unreadable(const std::string& hop, const ClientAddress& client);
  /// Somebody who is not trusted says whom a request is of: a proxy that nobody has named, or a client that lies.
  void untrusted(const std::string& hop);

  [[nodiscard]] std::int64_t unreadable_count() const { return unreadable_; }

 private:
  void keep(const char* kind, json::Value note);

  std::string file_;
  std::string header_;
  bool expects_proxy_;
  std::atomic<std::int64_t> unreadable_ = 0, untrusted_ = 0;
  std::atomic<std::int64_t> minute_of_unreadable_ = -1, minute_of_untrusted_ = -1;
};

/// What the authority of that folder has noted since it started; null: nothing.
json::Value read_proxy_notes(const std::string& data_folder);

}  // namespace ostia::authority
