#include "loopback.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::sdk {
namespace {

constexpr std::size_t request_limit = std::size_t{16} * 1024;
constexpr std::size_t peer_limit = 32;
constexpr std::chrono::seconds patience{5};  // for a peer that connects and says nothing

constexpr std::string_view page =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
    "<meta name=\"color-scheme\" content=\"light dark\"><title>Back to the program</title><body style=\"font:18px/1.5 "
    "system-ui;display:grid;place-items:center;min-height:90vh\">"
    "<p>That was it here. You can close this page and go back to the program.</p>";

std::string http_answer(const char* status, std::string_view body) {
  std::string out = std::string("HTTP/1.1 ") + status +
                    "\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nReferrer-Policy: "
                    "no-referrer\r\nCache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src "
                    "'unsafe-inline'\r\nContent-Length: " +
                    text::decimal(static_cast<std::int64_t>(body.size())) + "\r\n\r\n";
  return out.append(body);
}

}  // namespace

bool is_loopback_redirect(const std::string& redirect_uri) {
  const auto url = url::parse(redirect_uri);
  return url && url->scheme == "http" && url::is_loopback_host(url->host) && !url->has_query && !url->has_fragment;
}

bool Loopback::bind(bool v6, int port) {
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  six.sin6_port = htons(static_cast<std::uint16_t>(port));
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  four.sin_port = htons(static_cast<std::uint16_t>(port));
  auto* address = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t size = v6 ? sizeof six : sizeof four;
  const int yes = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd >= 0 && ::bind(fd, address, size) == 0 && ::listen(fd, 8) == 0 && getsockname(fd, address, &size) == 0) {
    sockets_.push_back(fd);
    port_ = ntohs(v6 ? six.sin6_port : four.sin_port);
    return true;
  }
  const int why = errno;
  if (fd >= 0) close(fd);
  errno = why;
  return false;
}

Result<std::unique_ptr<Loopback>> Loopback::open(const std::string& redirect_uri) {
  if (!is_loopback_redirect(redirect_uri))
    return caller_error("invalid_option",
                        "redirect_uri \"" + redirect_uri +
                            "\" is not an http URL of the loopback address, such as http://127.0.0.1/callback",
                        "redirect_uri_not_loopback");
  const auto url = url::parse(redirect_uri);
  std::unique_ptr<Loopback> self(new Loopback);
  const auto port = static_cast<int>(text::parse_int(url->port).value_or(0));
  if (!self->bind(url->host == "[::1]", port))
    return Error{"cannot_listen", "cannot listen for the redirect at " + redirect_uri + ": " + std::strerror(errno),
                 "cannot_listen", 0, Fault::ours};
  // A browser may take `localhost` for either; where there is no IPv6, the first is enough.
  if (url->host == "localhost") self->bind(true, self->port_);
  self->path_ = url->path.empty() ? "/" : url->path;
  self->redirect_uri_ = "http://" + std::string(url->host) + ":" + text::decimal(self->port_) + std::string(url->path);
  return self;
}

Loopback::~Loopback() {
  while (!peers_.empty()) drop(peers_.begin()->first);
  for (const int fd : sockets_) {
    if (loop_) loop_->unwatch(fd);
    close(fd);
  }
}

void Loopback::listen(Loop& loop, std::function<void(std::string)> took) {
  loop_ = &loop;
  took_ = std::move(took);
  for (const int fd : sockets_) loop.watch(fd, EPOLLIN, [this, fd](std::uint32_t) { accept(fd); });
}

void Loopback::accept(int socket) {
  const int peer = accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (peer < 0) return;
  if (peers_.size() >= peer_limit) drop(peers_.begin()->first);
  peers_[peer].timer = loop_->at(Loop::Clock::now() + patience, [this, peer] { drop(peer); });
  loop_->watch(peer, EPOLLIN, [this, peer](std::uint32_t) { read(peer); });
}

void Loopback::read(int peer) {
  std::array<char, 2048> buffer;
  const auto count = recv(peer, buffer.data(), buffer.size(), 0);
  if (count < 0 && errno == EAGAIN) return;
  std::string& request = peers_[peer].request;
  if (count > 0) request.append(buffer.data(), static_cast<std::size_t>(count));
  if (count <= 0 || request.size() > request_limit) return drop(peer);
  if (request.find("\r\n\r\n") != request.npos) answer(peer, std::string(request));
}

void Loopback::answer(int peer, const std::string& request) {
  const bool is_get = request.starts_with("GET ");
  const std::string target = is_get ? request.substr(4, request.find(' ', 4) - 4) : std::string();
  const auto mark = target.find('?');
  const bool is_redirect = mark != target.npos && target.substr(0, mark) == path_;
  const std::string out = is_redirect ? http_answer("200 OK", page) : http_answer("404 Not Found", "Nothing here.");
  [[maybe_unused]] const auto sent = ::send(peer, out.data(), out.size(), MSG_NOSIGNAL);
  shutdown(peer, SHUT_WR);
  drop(peer);
  if (!is_redirect || !took_) return;
  const auto took = std::exchange(took_, nullptr);
  took(target.substr(mark + 1));
}

void Loopback::drop(int peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  loop_->cancel(found->second.timer);
  peers_.erase(found);
  loop_->unwatch(peer);
  close(peer);
}

}  // namespace ostia::sdk
