#include "loopback.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
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

std::string page(std::string_view title, std::string_view text) {
  return std::string(
             "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
             "content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>")
      .append(title)
      .append("</title><body style=\"font:18px/1.5 system-ui;display:grid;place-items:center;min-height:90vh\"><p>")
      .append(text)
      .append("</p>");
}

// What the request says under that name; nothing where it is not there exactly once.
std::string header(std::string_view request, std::string_view name) {
  std::string found;
  int count = 0;
  for (const auto line : text::split(request.substr(0, request.find("\r\n\r\n")), '\n')) {
    const auto colon = line.find(':');
    if (colon == line.npos || text::lower(line.substr(0, colon)) != name) continue;
    found = text::lower(text::trimmed(line.substr(colon + 1)));
    ++count;
  }
  return count == 1 ? found : "";
}

std::string http_answer(const char* status, std::string_view body) {
  std::string out = std::string("HTTP/1.1 ") + status +
                    "\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nReferrer-Policy: "
                    "no-referrer\r\nCache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src "
                    "'unsafe-inline'\r\nContent-Length: " +
                    text::decimal(static_cast<std::int64_t>(body.size())) + "\r\n\r\n";
  return out.append(body);
}

// The state is what nobody else knows of an attempt; of two, nobody could say which one counts.
bool has_state(const std::string& query, const std::string& state) {
  int count = 0;
  bool is_ours = false;
  for (const auto& [name, value] : url::parse_form(query)) {
    if (name != "state") continue;
    ++count;
    is_ours = value == state;
  }
  return count == 1 && is_ours && !state.empty();
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

// A browser may take `localhost` for either address: whoever has the other one would get the response. Only a machine
// without IPv6 has one. Of free ports, several are tried: one may be somebody else's in IPv6.
bool Loopback::bind_both() {
  constexpr int most_tries = 8;
  const int wanted = port_;
  for (int tries = 0; tries < (wanted == 0 ? most_tries : 1); ++tries) {
    if (!bind(false, wanted)) return false;
    if (bind(true, port_) || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT) return true;
    const int why = errno;
    for (const int fd : sockets_) close(fd);
    sockets_.clear();
    errno = why;
  }
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
  self->port_ = static_cast<int>(text::parse_int(url->port).value_or(0));
  self->host_ = url->host;
  const bool listens = self->host_ == "localhost" ? self->bind_both() : self->bind(self->host_ == "[::1]", self->port_);
  if (!listens)
    return Error{"cannot_listen",
                 "cannot listen for the redirect at " + redirect_uri + ": " + std::strerror(errno) +
                     (self->host_ == "localhost" ? " (a browser may take localhost for 127.0.0.1 or ::1, and both have "
                                                   "to be this program's; http://127.0.0.1 needs one)"
                                                 : ""),
                 "cannot_listen", 0, Fault::ours};
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

void Loopback::listen(Loop& loop, std::string state, std::function<void(std::string)> took) {
  loop_ = &loop;
  state_ = std::move(state);
  took_ = std::move(took);
  for (const int fd : sockets_) loop.watch(fd, EPOLLIN, [this, fd](std::uint32_t) { accept(fd); });
}

void Loopback::accept(int socket) {
  const int peer = accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (peer < 0) return;
  if (peers_.size() >= peer_limit) drop_oldest();
  peers_[peer].order = ++accepted_;
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

// By the name that it listens under: under another one it is a page elsewhere whose name was turned to this machine.
bool Loopback::is_for_us(std::string_view request) const {
  const std::string host = header(request, "host");
  return host == host_ + ":" + text::decimal(port_) || (port_ == 80 && host == host_);
}

void Loopback::answer(int peer, const std::string& request) {
  const bool is_get = request.starts_with("GET "), is_ours = is_for_us(request);
  const std::string target = is_get ? request.substr(4, request.find(' ', 4) - 4) : std::string();
  const auto mark = target.find('?');
  const bool is_redirect = is_ours && mark != target.npos && target.substr(0, mark) == path_;
  const std::string query = is_redirect ? target.substr(mark + 1) : "";
  const bool is_this_attempt = is_redirect && has_state(query, state_);
  std::string out;
  if (!is_ours)
    out = http_answer("421 Misdirected Request", page("Nothing here", "Nothing is here under this name."));
  else if (!is_get)
    out = http_answer("405 Method Not Allowed", "");
  else if (!is_redirect)
    out = http_answer("404 Not Found", page("Nothing here", "Nothing is at this address."));
  else if (!is_this_attempt)
    out = http_answer("400 Bad Request", page("Not this login",
                                              "This answer is not of the login that the program is "
                                              "waiting for. It goes on waiting."));
  else
    out = http_answer(
        "200 OK", page("Back to the program", "That was it here. You can close this page and go back to the program."));
  saw_another_ = saw_another_ || (is_redirect && !is_this_attempt);
  [[maybe_unused]] const auto sent = ::send(peer, out.data(), out.size(), MSG_NOSIGNAL);
  shutdown(peer, SHUT_WR);
  drop(peer);
  if (!is_this_attempt || !took_) return;
  const auto took = std::exchange(took_, nullptr);
  took(query);
}

// Whoever holds all places open loses them to those who come and say something.
void Loopback::drop_oldest() {
  const auto oldest = std::min_element(peers_.begin(), peers_.end(),
                                       [](const auto& x, const auto& y) { return x.second.order < y.second.order; });
  if (oldest != peers_.end()) drop(oldest->first);
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
