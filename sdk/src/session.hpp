// What the objects of one `WebAuth` share: its options as the core has them, the environment, keys, cookies, and the
// redirects that are waited for. Safe for several threads at once.
#pragma once

#include <map>
#include <mutex>

#include "fork_safe_mutex.hpp"
#include "key_cache.hpp"
#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"
#include "ostia/options.hpp"

namespace ostia::sdk {

using json::Value;

/// `environment` with its empty parts filled in.
Environment complete(Environment environment, const std::string& ca_file);

class Session {
 public:
  explicit Session(const WebAuthOptions& options);

  /// The options as the core wants them, or what is wrong with them.
  [[nodiscard]] const Result<Value>& base() const { return base_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  KeyCache& keys() { return keys_; }
  Loop& loop() { return environment_.loop ? *environment_.loop : Loop::shared(); }
  void log(LogRecord::Level level, const char* event, const std::string& message) const;

  // What the core keeps between calls.
  void put(const std::string& key, Value value, double minutes);
  Value get(const std::string& key);
  void remove(const std::string& key);

  /// The authority's cookies; null where the transport keeps none.
  [[nodiscard]] const std::shared_ptr<HttpCookies>& cookies() const { return cookies_; }
  /// Whether `url` is the authority's.
  [[nodiscard]] bool is_authority(const std::string& url) const;

  /// Redirects that programs hand in, by the `state` that they carry.
  void await_redirect(const std::string& state, std::function<void(std::string query)> take);
  void forget_redirect(const std::string& state);
  bool hand_in(const std::string& url);

 private:
  struct Kept {
    Value value;
    std::int64_t until;
  };
  Environment environment_;
  Result<Value> base_;
  std::shared_ptr<HttpCookies> cookies_;
  KeyCache keys_;
  ForkSafeMutex mutex_;
  std::map<std::string, Kept> kept_;
  std::map<std::string, std::function<void(std::string)>> redirects_;
};

}  // namespace ostia::sdk
