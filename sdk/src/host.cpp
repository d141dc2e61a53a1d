#include "host.hpp"

#include <chrono>
#include <ctime>

#include "crypto.hpp"
#include "http.hpp"

namespace ostia::sdk {

Result<std::int64_t> NativeHost::now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Result<std::string> NativeHost::date(std::int64_t seconds) {
  char buffer[32];
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return std::string(buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S UTC", &parts));
}

Result<std::string> NativeHost::random(int count) { return random_bytes(count); }
Result<std::string> NativeHost::sha256(const std::string& text) { return sdk::sha256(text); }

Result<bool> NativeHost::verify(const char* algorithm, const json::Value& key, const std::string& input,
                                const std::string& signature) {
  return algorithm == std::string_view("RS256") && verify_rs256(key, input, signature);
}

Status NativeHost::put(const std::string& key, const json::Value& value, double) {
  store_[key] = value;
  return ok();
}

Result<json::Value> NativeHost::get(const std::string& key) {
  const auto found = store_.find(key);
  return found == store_.end() ? json::Value() : found->second;
}

Status NativeHost::remove(const std::string& key) {
  store_.erase(key);
  return ok();
}

Result<HttpResponse> NativeHost::http(const HttpRequest& request) { return send(request, ca_file); }

Result<std::string> NativeHost::browse(const std::string& url) { return on_browse(url); }

}  // namespace ostia::sdk
