#include "loopback.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::sdk {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t request_limit = 16 * 1024;

constexpr const char* page =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
    "<title>Back to the program</title><body style=\"font:18px/1.5 "
    "system-ui;display:grid;place-items:center;min-height:90vh\">"
    "<p>That was it here. You can close this page and go back to the program.</p>";

struct Descriptor {
  int fd;
  explicit Descriptor(int f) : fd(f) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

bool is_readable_before(int fd, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  pollfd p{fd, POLLIN, 0};
  return left > 0 && poll(&p, 1, static_cast<int>(left)) > 0;
}

// The target of `GET target HTTP/1.1`; empty for anything else.
std::string read_target(int fd, Clock::time_point end) {
  std::string request;
  char buffer[2048];
  while (request.find("\r\n\r\n") == request.npos && request.size() < request_limit) {
    if (!is_readable_before(fd, end)) return {};
    const auto count = recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    request.append(buffer, static_cast<std::size_t>(count));
  }
  if (!request.starts_with("GET ")) return {};
  return request.substr(4, request.find(' ', 4) - 4);
}

void answer(int fd, const char* status, std::string_view body) {
  std::string out = std::string("HTTP/1.1 ") + status +
                    "\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nReferrer-Policy: "
                    "no-referrer\r\nCache-Control: no-store\r\nContent-Length: " +
                    text::decimal(static_cast<std::int64_t>(body.size())) + "\r\n\r\n";
  out += body;
  [[maybe_unused]] const auto sent = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
}

}  // namespace

Loopback::Loopback(int socket, std::string redirect_uri, std::string path)
    : socket_(socket), redirect_uri_(std::move(redirect_uri)), path_(std::move(path)) {}

Loopback::Loopback(Loopback&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      redirect_uri_(std::move(other.redirect_uri_)),
      path_(std::move(other.path_)) {}

Loopback::~Loopback() {
  if (socket_ >= 0) close(socket_);
}

Result<Loopback> Loopback::open(const std::string& redirect_uri) {
  const auto url = url::parse(redirect_uri);
  const bool v6 = url && url->host == "[::1]";
  if (!url || url->scheme != "http" || !url::is_loopback_host(url->host) || url->has_query || url->has_fragment)
    return caller_error("invalid_option",
                        "redirect_uri \"" + redirect_uri +
                            "\" is not an http URL of the loopback address, such as http://127.0.0.1/callback",
                        "redirect_uri_not_loopback");
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto port = static_cast<std::uint16_t>(text::parse_int(url->port).value_or(0));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  six.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  four.sin_port = htons(port);
  auto* address = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t size = v6 ? sizeof six : sizeof four;
  const int yes = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd < 0 || bind(fd, address, size) != 0 || listen(fd, 8) != 0 || getsockname(fd, address, &size) != 0) {
    const std::string why = std::strerror(errno);
    if (fd >= 0) close(fd);
    return Error{"cannot_listen", "cannot listen for the redirect at " + redirect_uri + ": " + why, "cannot_listen", 0,
                 Fault::ours};
  }
  const int bound = ntohs(v6 ? six.sin6_port : four.sin_port);
  std::string path(url->path.empty() ? "/" : url->path);
  std::string actual = "http://" + std::string(url->host) + ":" + text::decimal(bound) + std::string(url->path);
  return Loopback(fd, std::move(actual), std::move(path));
}

Result<std::string> Loopback::wait(std::int64_t timeout_s) {
  const auto end = Clock::now() + std::chrono::seconds(timeout_s);
  while (is_readable_before(socket_, end)) {
    const Descriptor peer(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
    if (peer.fd < 0) continue;
    // A peer that says nothing must not keep the browser out for long.
    const std::string target = read_target(peer.fd, std::min(end, Clock::now() + std::chrono::seconds(5)));
    const auto mark = target.find('?');
    if (mark == target.npos || target.substr(0, mark) != path_) {
      answer(peer.fd, "404 Not Found", "Nothing here.");
      continue;
    }
    answer(peer.fd, "200 OK", page);
    return target.substr(mark + 1);
  }
  return Error{"timeout", "Nobody finished the login within " + text::decimal(timeout_s) + " seconds", "login_timeout",
               0, Fault::peer};
}

}  // namespace ostia::sdk
