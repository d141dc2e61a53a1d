// The core's host in a native program: libcurl for HTTP, OpenSSL for cryptography, a map for transactions.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ostia/engine/host.hpp"

namespace ostia::sdk {

class NativeHost final : public Host {
 public:
  std::string ca_file;                                                   ///< empty: the usual places
  std::function<Result<std::string>(const std::string& url)> on_browse;  ///< how the person gets to a URL and back

  Result<std::int64_t> now() override;
  Result<std::string> date(std::int64_t seconds) override;
  Result<std::string> random(int count) override;
  Result<std::string> sha256(const std::string& text) override;
  Result<bool> verify(const char* algorithm, const json::Value& key, const std::string& input,
                      const std::string& signature) override;
  Status put(const std::string& key, const json::Value& value, double minutes) override;
  Result<json::Value> get(const std::string& key) override;
  Status remove(const std::string& key) override;
  Result<HttpResponse> http(const HttpRequest& request) override;
  Result<std::string> browse(const std::string& url) override;

 private:
  std::map<std::string, json::Value, std::less<>> store_;
};

}  // namespace ostia::sdk
