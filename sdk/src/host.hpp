// Performs the core's effects for a native program: libcurl for HTTP, OpenSSL for cryptography, a map for transactions.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ostia/engine/effects.hpp"

namespace ostia::sdk {

class Host {
 public:
  std::string ca_file;                                                ///< empty: the usual places
  std::function<Result<std::string>(const std::string& url)> browse;  ///< answers `Browse`

  std::int64_t perform(const Now&);
  std::string perform(const Random& effect);
  std::string perform(const Sha256& effect);
  bool perform(const VerifySignature& effect);
  Unit perform(const StorePut& effect);
  json::Value perform(const StoreGet& effect);
  Unit perform(const StoreRemove& effect);
  HttpResponse perform(const Http& effect);
  Unit perform(const Navigate&) { return {}; }
  Result<std::string> perform(const Browse& effect) { return browse(effect.url); }
  json::Value perform(const Frame&) { return {}; }
  Unit perform(const Warn& effect);
  std::string perform(const FormatTime& effect);
  json::Value perform(const Location&) { return {}; }

 private:
  std::map<std::string, json::Value, std::less<>> store_;
};

}  // namespace ostia::sdk
