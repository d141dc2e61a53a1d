// Everything that an operation may ask of its host. The core decides, a host acts, so the browser package, the SDK and
// a test that injects failures run the very same operations.
//
// An operation is an ordinary function that asks as it goes. A host that can wait (a native program) answers at once. A
// host that cannot (a page) answers with an error of its own, which ends the operation as any error does; it performs
// what was asked and runs the operation again with the answers so far (docs/decisions/0006). So an operation depends on
// its arguments and answers only, and hands a host's errors on unchanged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ostia/engine/http.hpp"
#include "ostia/json/value.hpp"

namespace ostia {

/// Not thread-safe: one operation at a time.
class Host {
 public:
  virtual ~Host() = default;

  /// Milliseconds since 1970.
  virtual Result<std::int64_t> now() = 0;
  /// A time (seconds since 1970) as the host's people read it.
  virtual Result<std::string> date(std::int64_t seconds) = 0;
  /// `count` octets of a cryptographic source; empty when there is none.
  virtual Result<std::string> random(int count) = 0;
  /// The 32 octets of SHA-256 of `text`.
  virtual Result<std::string> sha256(const std::string& text) = 0;
#ifndef __wasm__  // for programs; a page has RS256 alone and signs nothing
  /// The octets of SHA-2 of `bits` bits; empty when the host has only SHA-256.
  virtual Result<std::string> digest(int bits, const std::string& text) {
    return bits == 256 ? sha256(text) : std::string();
  }
  /// `input` signed with the private JSON Web Key `key`; `not_supported` where a host holds no keys.
  virtual Result<std::string> sign(const std::string& /*algorithm*/, const json::Value& /*key*/,
                                   const std::string& /*input*/) {
    return Error{"not_supported", "This host signs nothing", "not_supported", 0, Fault::ours};
  }
#endif
  /// Whether `signature` (octets) over `input` is good for the public JSON Web Key `key` and the JOSE algorithm
  /// `algorithm`.
  virtual Result<bool> verify(const char* algorithm, const json::Value& key, const std::string& input,
                              const std::string& signature) = 0;

  /// Keeps `value` under `key` for `minutes`.
  virtual Status put(const std::string& key, const json::Value& value, double minutes) = 0;
  /// What is kept under `key`; null when nothing is.
  virtual Result<json::Value> get(const std::string& key) = 0;
  virtual Status remove(const std::string& key) = 0;

  virtual Result<HttpResponse> http(const HttpRequest& request) = 0;
#ifndef __wasm__
  /// The key set at `url`, in which the key of the JWS `header` is looked for; a host may keep it. `anew`: a signature
  /// did not fit the key that it had, so what it keeps may be old.
  virtual Result<HttpResponse> keys(const std::string& url, const json::Value& /*header*/, bool /*anew*/) {
    return http({"GET", url, {}, {}});
  }
#endif
  /// Sends the person's browser to `url` and waits for the redirect that carries `state`. Answer: the query of the
  /// redirect URI.
  virtual Result<std::string> browse(const std::string& url, const std::string& state) = 0;
};

}  // namespace ostia
