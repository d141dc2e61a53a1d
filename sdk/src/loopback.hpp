// The native program's end of a redirect (RFC 8252 section 7.3): a listener on the loopback address that takes one
// authorization response and tells the person to go back to the program.
#pragma once

#include <map>
#include <string>

#include "ostia/loop.hpp"

namespace ostia::sdk {

class Loopback {
 public:
  /// Listens for `redirect_uri` (`http://127.0.0.1[:port]/path`); without a port, on one that is free. Errors:
  /// `invalid_option` for any other URI; `cannot_listen`.
  static Result<std::unique_ptr<Loopback>> open(const std::string& redirect_uri);
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback();

  /// The URI with the port that it came to.
  [[nodiscard]] const std::string& redirect_uri() const { return redirect_uri_; }
  /// Calls `took` once, with the query of the redirect.
  void listen(Loop& loop, std::function<void(std::string query)> took);

 private:
  struct Peer {
    std::string request = {};
    Loop::Timer timer = 0;
  };
  Loopback() = default;
  bool bind(bool v6, int port);
  void accept(int socket);
  void read(int peer);
  void answer(int peer, const std::string& request);
  void drop(int peer);

  std::vector<int> sockets_;
  std::map<int, Peer> peers_;
  std::string redirect_uri_, path_;
  int port_ = 0;
  Loop* loop_ = nullptr;
  std::function<void(std::string)> took_;
};

/// Whether `redirect_uri` is one that `Loopback` can listen for.
bool is_loopback_redirect(const std::string& redirect_uri);

}  // namespace ostia::sdk
