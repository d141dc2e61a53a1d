// HTTP to other servers, by libcurl: upstreams, gateways, applications. Certificates are checked; redirects are not
// followed, because what goes through here are secrets; `Egress` says where calls may go.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "http/egress.hpp"
#include "ostia/engine/http.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

struct HttpCall {
  std::string method = "GET", url;
  Headers headers;
  std::string body;
  std::string user, password;              ///< HTTP Basic, if `user` is given
  std::size_t limit = 256 * 1024;          ///< bytes of the answer; a longer one is an error
  long connect_timeout = 5, timeout = 10;  ///< seconds; in an `HttpPool` with what it waits for its turn
  /// What it is part of is over then, and so is the call. Of an `HttpPool` only.
  std::optional<std::chrono::steady_clock::time_point> until = {};
};

struct HttpAnswer {
  int status = 0;
  Headers headers;
  std::string body;
  bool is_permanent_refusal() const { return status >= 400 && status < 500 && status != 429; }
};

/// Performs the call and waits for the answer, whatever its status. Errors: `unreachable`, with libcurl's words;
/// `egress_refused`; `header_malformed` where a header would be more than one line.
Result<HttpAnswer> perform(const HttpCall& call, const Egress& egress);

/// Where a call goes, as those that share a fate have it in common: `https://host:port`. Empty: the URL is none.
std::string destination_of(const std::string& url);

/// Whether an error of a call means that the other server does not answer, be it found out now or known from before.
bool is_silence(const Error& error);

/// The same for those who must not wait: all calls on one thread, none of which another one waits for. A destination
/// has so many calls at a time, and one that has not answered lately rests (`Breaker`).
class HttpPool {
 public:
  /// `egress` must outlive it.
  explicit HttpPool(const Egress& egress);
  /// What is under way is called off.
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  /// Errors: those of `perform`; and with status 503 `destination_resting`, `destination_busy` when too many wait for
  /// that server, `pool_full` when too many wait in all.
  boost::asio::awaitable<Result<HttpAnswer>> send(HttpCall call);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace ostia::authority
