// Faults that a developer orders (`POST /_dev/faults`): answers with a status, late answers, cut connections.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority::dev {

struct Fault {
  std::string path, method;  ///< a path or its beginning with a `*`; empty: any
  int status = 0;            ///< 0: the true answer
  std::string body;
  std::int64_t delay_ms = 0;
  bool cut = false;        ///< the connection ends without an answer
  std::int64_t times = 1;  ///< how often it happens; below 0: until it is removed
};

/// Reads the body of an order. The error names the member.
Result<Fault> read_fault(const json::Value& body);

/// Thread-safe.
class Faults {
 public:
  void add(Fault fault);
  void clear();
  /// The fault for a request, counted as one of its times.
  std::optional<Fault> take(std::string_view method, std::string_view path);

 private:
  std::mutex mutex_;
  std::vector<Fault> faults_;
};

}  // namespace ostia::authority::dev
