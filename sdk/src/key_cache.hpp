// The authority's public keys, fetched when they are needed: kept as long as its Cache-Control says, fetched anew for a
// key that is not among them and for a signature that does not fit, but not more often than every ten seconds, whatever
// tokens come.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"

namespace ostia::sdk {

/// Safe for several threads at once.
class KeyCache {
 public:
  /// The answer to show for `url` without asking: when a key for `header` is kept, or when it is too early to ask
  /// again. `anew`: a signature did not fit the key that is kept.
  std::optional<HttpResponse> find(const std::string& url, const json::Value& header, std::int64_t now_ms, bool anew);
  /// What asking brought.
  void keep(const std::string& url, const HttpResponse& answer, std::int64_t now_ms);

  /// A header that was judged, and the key that it names, ready to use.
  struct Judged {
    std::shared_ptr<const VerificationKey> key;  ///< null: none yet
    std::string type;                            ///< its `typ`, in lower case
  };
  /// What is known of the header part of a token, as its bytes came.
  Judged judged(const std::string& url, std::string_view header, std::int64_t now_ms);
  void keep_judged(const std::string& url, std::string_view header, Judged judged);

 private:
  struct Entry {
    HttpResponse answer;
    json::Value jwks;
    std::int64_t fetched_ms = 0, until_ms = 0;
    std::map<std::string, Judged, std::less<>> judged;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace ostia::sdk
