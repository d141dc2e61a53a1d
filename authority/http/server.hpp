// HTTP/1.1 over TCP and TLS: one event loop a thread, bounded memory a connection, one deadline sweep a second a loop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/async.hpp"
#include "crypto/certificate.hpp"
#include "http/message.hpp"
#include "http/places.hpp"

namespace ostia::authority {

/// It does not throw.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// How many bytes a body may have, by the request's target and its `Authorization`; never less than the usual limit.
using BodyLimit = std::function<std::uint64_t(std::string_view target, std::string_view authorization)>;

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// `host:port`, with brackets around an IPv6 address.
Result<Endpoint> parse_endpoint(std::string_view text);

class Server {
 public:
  Server(unsigned loops, BodyLimit body_limit);
  ~Server();

  /// Opens a port (0: any that is free) for `handler` and gives its number; plain HTTP without `tls`. Requests that
  /// come in there carry the issuer that `issuer_of` makes of the number. The error names the address and why.
  Result<std::uint16_t> listen(const Endpoint& endpoint, const TlsIdentity* tls, Handler handler,
                               const std::function<std::string(std::uint16_t)>& issuer_of);

  /// Those whose connections stand for many people. For the program's start.
  void trust(Networks proxies);
  [[nodiscard]] const Places& places() const;

  /// What TLS connections that begin from now on get; those that are open stay as they are. From any thread. The error,
  /// after which all is as before, says why it cannot be used.
  Status use_certificate(const TlsIdentity& identity);

  /// Serves until `stop`. `started` is called before the first connection is taken.
  void run(const std::function<void()>& started);
  /// Goes on for `drain` as if nothing were; then takes in who has connected and nobody else, and ends when each has
  /// its answer. From any thread; once.
  void stop(std::chrono::seconds drain = {});
  /// Whether all loops have had a turn lately, so that it would be seen if one hung. From any thread.
  [[nodiscard]] bool is_turning() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ostia::authority
