// The native program's end of a redirect (RFC 8252 section 7.3): a listener on the loopback address that takes the
// authorization response of its own attempt and tells the person to go back to the program. Other programs, pages and
// people of this machine can reach it, too: what is not of this attempt is answered, and changes nothing.
#pragma once

#include <map>
#include <string>

#include "ostia/loop.hpp"

namespace ostia::sdk {

class Loopback {
 public:
  /// Listens for `redirect_uri` (`http://127.0.0.1[:port]/path`); without a port, on one that is free. Errors:
  /// `invalid_option` for any other URI; `cannot_listen`, also where `localhost` is somebody else's in one of its two
  /// families: they would get the response.
  static Result<std::unique_ptr<Loopback>> open(const std::string& redirect_uri);
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback();

  /// The URI with the port that it came to.
  [[nodiscard]] const std::string& redirect_uri() const { return redirect_uri_; }
  /// Whether an answer came that was not of this attempt.
  [[nodiscard]] bool saw_another() const { return saw_another_; }
  /// Calls `took` once, with the query of the redirect that has the `state` of this attempt.
  void listen(Loop& loop, std::string state, std::function<void(std::string query)> took);

 private:
  struct Peer {
    std::string request = {};
    Loop::Timer timer = 0;
    std::int64_t order = 0;
  };
  Loopback() = default;
  bool bind(bool v6, int port);
  bool bind_both();
  void accept(int socket);
  void read(int peer);
  void answer(int peer, const std::string& request);
  [[nodiscard]] bool is_for_us(std::string_view request) const;
  void drop(int peer);
  void drop_oldest();

  std::vector<int> sockets_;
  std::map<int, Peer> peers_;
  std::string redirect_uri_, host_, path_, state_;
  int port_ = 0;
  std::int64_t accepted_ = 0;
  bool saw_another_ = false;
  Loop* loop_ = nullptr;
  std::function<void(std::string)> took_;
};

/// Whether `redirect_uri` is one that `Loopback` can listen for.
bool is_loopback_redirect(const std::string& redirect_uri);

}  // namespace ostia::sdk
