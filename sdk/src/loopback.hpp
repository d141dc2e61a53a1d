// The native program's end of a redirect (RFC 8252 section 7.3): a listener on the loopback address that takes one
// authorization response and tells the person to go back to the program.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::sdk {

class Loopback {
 public:
  /// Listens for `redirect_uri` (`http://127.0.0.1[:port]/path`); without a port, on one that is free. Errors:
  /// `invalid_option` for any other URI; `cannot_listen`.
  static Result<Loopback> open(const std::string& redirect_uri);
  Loopback(Loopback&& other) noexcept;
  Loopback& operator=(Loopback&&) = delete;
  ~Loopback();

  /// The URI with the port that it came to.
  [[nodiscard]] const std::string& redirect_uri() const { return redirect_uri_; }
  /// The query of the redirect. Error: `timeout` after `timeout_s` seconds.
  Result<std::string> wait(std::int64_t timeout_s);

 private:
  Loopback(int socket, std::string redirect_uri, std::string path);
  int socket_;
  std::string redirect_uri_, path_;
};

/// Opens a URL in the system's browser (`$BROWSER`, else `xdg-open`); false if there is none.
bool open_system_browser(const std::string& url);

}  // namespace ostia::sdk
