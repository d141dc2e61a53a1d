// HTTP to other servers, by libcurl: upstreams, gateways, applications. Certificates are checked; redirects are not
// followed, because what goes through here are secrets; `Egress` says where calls may go.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "http/egress.hpp"
#include "ostia/engine/http.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

struct HttpCall {
  std::string method = "GET", url;
  Headers headers;
  std::string body;
  std::string user, password;               ///< HTTP Basic, if `user` is given
  std::size_t limit = 256 * 1024;           ///< bytes of the answer; a longer one is an error
  long connect_timeout = 10, timeout = 30;  ///< seconds
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

/// The same for those who must not wait: on threads of its own.
class HttpPool {
 public:
  /// `egress` must outlive it.
  HttpPool(unsigned threads, const Egress& egress) : egress_(egress), threads_(threads), limit_(16 * threads) {}
  ~HttpPool() { threads_.join(); }
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  /// Errors: those of `perform`; `pool_full` when too many wait.
  boost::asio::awaitable<Result<HttpAnswer>> send(HttpCall call);

 private:
  const Egress& egress_;
  boost::asio::thread_pool threads_;
  std::atomic<unsigned> waiting_ = 0;
  unsigned limit_;
};

}  // namespace ostia::authority
