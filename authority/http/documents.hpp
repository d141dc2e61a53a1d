// What other servers say of themselves (discovery, keys), kept by address.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// JSON documents of other servers by their addresses. Safe for several threads at once.
class Documents {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Kept {
    json::Value document;
    Time at;
  };
  std::optional<Kept> find(const std::string& url) const;
  void keep(const std::string& url, json::Value document);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace ostia::authority
