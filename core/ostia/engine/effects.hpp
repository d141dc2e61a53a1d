// Everything that an operation may ask of its host. The core decides; a host performs one effect and answers it, so the
// browser package, the SDK and a test that injects failures run the very same operations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
  int status = 0;  ///< 0: no answer at all, and `failure` says why
  std::string status_text;
  std::string content_type;
  std::string body;
  std::string failure;
};

/// The wall clock. Answer: milliseconds since 1970.
struct Now {
  using Answer = std::int64_t;
};
/// `count` bytes of a cryptographic random source; an empty answer means that there is none.
struct Random {
  using Answer = std::string;
  int count = 0;
};
/// SHA-256 of `bytes`. Answer: 32 octets.
struct Sha256 {
  using Answer = std::string;
  std::string bytes;
};
/// Whether `signature` over `input` is good for the public JSON Web Key `key` and the JOSE algorithm `algorithm`.
struct VerifySignature {
  using Answer = bool;
  std::string algorithm;
  json::Value key;
  std::string input;
  std::string signature;
};
/// Keeps `value` under `key` for `minutes`.
struct StorePut {
  using Answer = Unit;
  std::string key;
  json::Value value;
  double minutes = 0;
};
/// What is kept under `key`; null when nothing is.
struct StoreGet {
  using Answer = json::Value;
  std::string key;
};
struct StoreRemove {
  using Answer = Unit;
  std::string key;
};
/// One HTTP exchange, without following redirects.
struct Http {
  using Answer = HttpResponse;
  std::string method;
  std::string url;
  Headers headers;
  std::string body;
};
/// Sends the person's browser to `url` and does not come back.
struct Navigate {
  using Answer = Unit;
  std::string url;
};
/// Sends the person's browser to `url` and waits for the redirect. Answer: the query of the redirect URI.
struct Browse {
  using Answer = Result<std::string>;
  std::string url;
};
/// Loads `url` in a hidden frame. Answer: the first web message (`{type: "authorization_response", response}`) with
/// this `state` from that frame at `origin`, or null after `timeout_ms`.
struct Frame {
  using Answer = json::Value;
  std::string url;
  std::string origin;
  std::string state;
  double timeout_ms = 60'000;
};
/// A line for the developer.
struct Warn {
  using Answer = Unit;
  std::string text;
};
/// Words a time (seconds since 1970) as the host's people read it.
struct FormatTime {
  using Answer = std::string;
  std::int64_t seconds = 0;
};
/// Where the page is. Answer: `{host, hostname, origin, hash}`; null without a page.
struct Location {
  using Answer = json::Value;
};

using Effect = std::variant<Now, Random, Sha256, VerifySignature, StorePut, StoreGet, StoreRemove, Http, Navigate,
                            Browse, Frame, Warn, FormatTime, Location>;
/// What a host answers; which alternative, each effect's `Answer` says.
using Answer = std::variant<Unit, std::int64_t, bool, std::string, json::Value, HttpResponse, Result<std::string>>;

}  // namespace ostia
