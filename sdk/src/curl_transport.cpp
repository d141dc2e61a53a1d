// libcurl as the transport: its multi interface, driven by the loop. A loop has one multi handle for each transport,
// and with it the connections that stay open.
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <list>
#include <map>
#include <mutex>

#include "curl_failure.hpp"
#include "fork_safe_mutex.hpp"
#include "gate.hpp"
#include "inside.hpp"
#include "ostia/environment.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia {
namespace {

constexpr long connect_timeout_s = 10;
constexpr long timeout_s = 30;
constexpr long stall_s = 20;         // without a byte for so long, an exchange is dead
constexpr long longest_idle_s = 30;  // older connections are about to be closed by the peer, who may do so unheard
constexpr std::size_t body_limit = std::size_t{4} * 1024 * 1024;
constexpr std::size_t header_limit = std::size_t{64} * 1024;

bool is_libcurl_ready() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  return ready == CURLE_OK;
}

struct Handle {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// libcurl's cookie engine, with the cookies in a share, so that exchanges on any loop have the same ones.
class CurlCookies final : public HttpCookies {
 public:
  CurlCookies() : share_(curl_share_init()) {
    curl_share_setopt(share_, CURLSHOPT_USERDATA, this);
    curl_share_setopt(share_, CURLSHOPT_LOCKFUNC, &lock);
    curl_share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &unlock);
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  }
  ~CurlCookies() override { curl_share_cleanup(share_); }
  CurlCookies(const CurlCookies&) = delete;
  CurlCookies& operator=(const CurlCookies&) = delete;

  /// `easy` sends and takes them. This must outlive it.
  void attach(CURL* easy) const {
    curl_easy_setopt(easy, CURLOPT_SHARE, share_);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");  // no file: the engine is on
  }

  bool empty() override {
    const auto easy = attached();
    curl_slist* all = nullptr;
    curl_easy_getinfo(easy.get(), CURLINFO_COOKIELIST, &all);
    const bool none = !all || !has_good(all);
    curl_slist_free_all(all);
    return none;
  }

  void clear() override { curl_easy_setopt(attached().get(), CURLOPT_COOKIELIST, "ALL"); }

 private:
  // Netscape's format: domain, tail match, path, secure, expiry (0: with the session), name, value. Those that have
  // expired stay in the list until the next one comes.
  static bool has_good(const curl_slist* all) {
    for (; all; all = all->next) {
      const auto fields = text::split(all->data, '\t');
      const auto until = fields.size() > 4 ? text::parse_int(fields[4]) : std::nullopt;
      if (until && (*until == 0 || *until > std::time(nullptr))) return true;
    }
    return false;
  }

  [[nodiscard]] std::unique_ptr<CURL, Handle> attached() const {
    std::unique_ptr<CURL, Handle> easy(curl_easy_init());
    if (easy) attach(easy.get());
    return easy;
  }

  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* self) {
    static_cast<CurlCookies*>(self)->mutexes_[data].lock();
  }
  static void unlock(CURL*, curl_lock_data data, void* self) {
    static_cast<CurlCookies*>(self)->mutexes_[data].unlock();
  }

  CURLSH* share_;
  std::array<sdk::ForkSafeMutex, CURL_LOCK_DATA_LAST> mutexes_;
};

struct Exchange {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  HttpRequest request;
  std::size_t body_sent = 0;
  std::string certificates;
  HttpResponse response;
  std::size_t header_bytes = 0;
  const char* refused = nullptr;
  std::string origin;
  bool is_connected = false;
  bool lacks_descriptors = false;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::map<int, ino_t>* sockets = nullptr;
  std::function<void(HttpResponse)> done;

  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (easy) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  if (exchange.response.body.size() + size * count > body_limit) {
    exchange.refused = "the answer is larger than 4 MB";
    return 0;
  }
  exchange.response.body.append(data, size * count);
  return size * count;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The status line's words ("HTTP/1.1 404 Not Found"), then headers; of several heads (100, 103) the last counts.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  if ((exchange.header_bytes += size * count) > header_limit) {
    exchange.refused = "the answer's headers are larger than 64 kB";
    return 0;
  }
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    const auto first = line.find(' ');
    const auto second = first == line.npos ? first : line.find(' ', first + 1);
    exchange.response.status_text = second == line.npos ? "" : std::string(trim(line.substr(second + 1)));
    exchange.response.headers.clear();
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    exchange.response.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return size * count;
}

std::string trusted_certificates(const std::string& ca_file) {
  if (!ca_file.empty()) return ca_file;
  const char* from_environment = std::getenv("SSL_CERT_FILE");
  return from_environment ? from_environment : "";
}

// What libcurl sends again by itself: a request on a connection that was open already and closes before a byte of the
// answer comes. To libcurl that is a connection that died of age; it may just as well be a peer that acted and could
// not answer, and a rotating refresh token or a code is spent then. RFC 9110 section 9.2.2 lets nobody repeat a request
// that is not idempotent unless it knows that it had no effect.
//
// There is no option for that. A body that cannot be read again is one in effect: before it repeats, libcurl rewinds
// what it has sent of the body, and without that ends with CURLE_SEND_FAIL_REWIND. Of a request whose body has not
// begun it may try the next connection, for the peer had no whole request. Where there is no body there is nothing to
// rewind: those get a connection of their own. Over HTTP/2 a stream that the peer refused unprocessed (RFC 9113 section
// 8.7) might be asked again; libcurl does not tell which reason it has, so those end, too.
std::size_t on_read(char* to, std::size_t size, std::size_t count, void* from) {
  auto& exchange = *static_cast<Exchange*>(from);
  const std::size_t taken = exchange.request.body.copy(to, size * count, exchange.body_sent);
  exchange.body_sent += taken;
  return taken;
}
int on_seek(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

bool is_safe(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }
bool is_fresh(const Exchange& exchange) { return exchange.request.body.empty() && !is_safe(exchange.request); }

void prepare_body(Exchange& exchange) {
  CURL* c = exchange.easy;
  const HttpRequest& request = exchange.request;
  const bool has_body = !request.body.empty();
  if (has_body || request.method == "POST" || request.method == "PATCH" || request.method == "PUT") {
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(c, CURLOPT_SEEKDATA, &exchange);
  }
  if (is_fresh(exchange)) curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
  if (!is_safe(request)) curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, longest_idle_s);
  if (request.method == "HEAD") curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
}

// Every socket is known, so that a child process can let go of what it inherited.
curl_socket_t on_open(void* of, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(of);
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  struct stat about{};
  if (fd >= 0 && fstat(fd, &about) == 0) exchange.sockets->insert_or_assign(fd, about.st_ino);
  if (fd < 0) exchange.lacks_descriptors = errno == EMFILE || errno == ENFILE;
  return fd;
}
int on_close(void* of, curl_socket_t fd) {
  static_cast<std::map<int, ino_t>*>(of)->erase(fd);
  return close(fd);
}

int on_connected(void* of, char*, char*, int, int) {
  static_cast<Exchange*>(of)->is_connected = true;
  return CURL_PREREQFUNC_OK;
}

bool prepare(Exchange& exchange) {
  CURL* c = exchange.easy = curl_easy_init();
  if (!c) return false;
  const HttpRequest& request = exchange.request;
  for (const auto& [name, value] : request.headers)
    exchange.headers = curl_slist_append(exchange.headers, (name + ": " + value).c_str());
  exchange.headers = curl_slist_append(exchange.headers, "Expect:");
  curl_easy_setopt(c, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, exchange.headers);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout_s);
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, stall_s);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(c, CURLOPT_PRIVATE, &exchange);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, exchange.error.data());
  curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);  // for the words of an error: whose certificate it is
  curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, exchange.sockets);
  curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(c, CURLOPT_PREREQDATA, &exchange);
  if (const auto* cookies = dynamic_cast<const CurlCookies*>(request.cookies.get())) cookies->attach(c);
  if (!exchange.certificates.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, exchange.certificates.c_str());
  prepare_body(exchange);
  return true;
}

class Multi : public std::enable_shared_from_this<Multi> {
 public:
  explicit Multi(Loop& loop) : loop_(loop), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(sdk::Gate::most));
    sdk::Inside::when_forked(loop, [this] { let_go(); });
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() = default;

  /// The one of `loop`, which closes it when it goes; it may be at work just then.
  static std::shared_ptr<void> attach(Loop& loop) {
    const auto multi = std::make_shared<Multi>(loop);
    return {multi.get(), [multi](Multi*) { multi->close(); }};
  }

  CURL* add(std::unique_ptr<Exchange> exchange) {
    exchange->sockets = &sockets_;
    if (!prepare(*exchange)) return nullptr;
    CURL* easy = exchange->easy;
    queue(std::move(exchange));
    return easy;
  }

  void abandon(CURL* easy) {
    const auto is_it = [&](const auto& one) { return one->easy == easy; };
    finished_.remove_if(is_it);
    for (auto& [origin, first] : firsts_) first.others.remove_if(is_it);
    if (!running_.contains(easy)) return;
    curl_multi_remove_handle(multi_, easy);
    const auto gone = take(easy);
    let_others_follow();
  }

 private:
  void close() {
    is_closed_ = true;
    for (auto& [easy, exchange] : running_) curl_multi_remove_handle(multi_, easy);
    running_.clear();
    finished_.clear();
    firsts_.clear();
    curl_multi_cleanup(multi_);
    loop_.cancel(timer_);
  }

  // In a child process: the connections are the parent's. Without a word to their peers, which would end them for both;
  // but while they are open here, too, the peers do not see the parent close them. What the program has put in their
  // place is not ours.
  void let_go() const {
    for (const auto& [fd, inode] : sockets_) {
      struct stat about{};
      if (fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode) && about.st_ino == inode) ::close(fd);
    }
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& multi = *static_cast<Multi*>(self);
    if (what == CURL_POLL_REMOVE) return multi.loop_.unwatch(socket), 0;
    const std::uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
    multi.loop_.watch(socket, events, [&multi, socket](std::uint32_t ready) {
      multi.act(socket, (ready & EPOLLIN ? CURL_CSELECT_IN : 0) | (ready & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                            (ready & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0));
    });
    return 0;
  }

  static int on_timer(CURLM*, long ms, void* self) {
    auto& multi = *static_cast<Multi*>(self);
    multi.loop_.cancel(multi.timer_);
    if (ms >= 0)
      multi.timer_ =
          multi.loop_.at(sdk::after(std::chrono::milliseconds(ms)), [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
  }

  // Whether a peer speaks HTTP/2 is known once one has connected: of those who begin at once the first does, and the
  // others find its connection, where they have room on it, or open their own. (CURLOPT_PIPEWAIT is for that; libcurl
  // 7.88 opens one for each all the same.)
  void queue(std::unique_ptr<Exchange> exchange) {
    const auto found = firsts_.find(exchange->origin);
    if (found != firsts_.end() && !is_fresh(*exchange)) return found->second.others.push_back(std::move(exchange));
    const bool has_company = std::any_of(running_.begin(), running_.end(),
                                         [&](const auto& one) { return one.second->origin == exchange->origin; });
    CURL* easy = exchange->easy;
    if (!has_company && exchange->request.url.starts_with("https:")) firsts_[exchange->origin].easy = easy;
    running_.emplace(easy, std::move(exchange));
    curl_multi_add_handle(multi_, easy);
  }

  void let_others_follow() {
    for (auto one = firsts_.begin(); one != firsts_.end();) {
      const auto first = running_.find(one->second.easy);
      if (first != running_.end() && !first->second->is_connected) {
        ++one;
        continue;
      }
      auto others = std::move(one->second.others);
      one = firsts_.erase(one);
      for (auto& other : others) queue(std::move(other));
      if (!others.empty()) one = firsts_.begin();
    }
  }

  std::unique_ptr<Exchange> take(CURL* easy) { return std::move(running_.extract(easy).mapped()); }

  void act(curl_socket_t socket, int events) {
    const auto self = shared_from_this();
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    let_others_follow();
    deliver();
  }

  void finish(CURL* easy, CURLcode code) {
    curl_multi_remove_handle(multi_, easy);
    auto taken = take(easy);
    Exchange& exchange = *taken;
    HttpResponse& response = exchange.response;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status != sdk::proxy_authentication_required) {
      response.status = static_cast<int>(status);
      response.content_type = find_header(response.headers, "content-type");
    } else {
      response = sdk::failure_of(easy, code,
                                 {.url = exchange.request.url,
                                  .trusted = exchange.certificates,
                                  .refused = exchange.refused,
                                  .text = exchange.error.data(),
                                  .lacks_descriptors = exchange.lacks_descriptors});
    }
    finished_.push_back(std::move(taken));
  }

  // A completion may end others, poll, throw, or destroy the loop; those who come after it get theirs.
  void deliver() {
    const auto self = shared_from_this();
    while (!is_closed_ && !finished_.empty()) {
      const auto exchange = std::move(finished_.front());
      finished_.pop_front();
      try {
        exchange->done(std::move(exchange->response));
      } catch (...) {
        if (!is_closed_) loop_.post([self] { self->deliver(); });
        throw;
      }
    }
  }

  Loop& loop_;
  CURLM* multi_;
  Loop::Timer timer_ = 0;
  struct First {
    CURL* easy = nullptr;
    std::list<std::unique_ptr<Exchange>> others = {};
  };
  std::map<std::string, First> firsts_;  // of those who connect to an origin, and who waits for them
  std::map<int, ino_t> sockets_;
  std::map<CURL*, std::unique_ptr<Exchange>> running_;
  std::list<std::unique_ptr<Exchange>> finished_;
  bool is_closed_ = false;
};

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  std::function<void()> start(Loop& loop, const HttpRequest& request, std::function<void(HttpResponse)> done) override {
    auto exchange = std::make_unique<Exchange>();
    exchange->request = request;
    exchange->origin = url::origin_of(request.url);
    exchange->certificates = trusted_certificates(ca_file_);
    exchange->done = done;
    auto* multi = static_cast<Multi*>(loop.attachment(&key_, [&] { return Multi::attach(loop); }).get());
    CURL* easy = is_libcurl_ready() ? multi->add(std::move(exchange)) : nullptr;
    if (!easy) {
      HttpResponse failed;
      failed.failure = "libcurl cannot be used";
      failed.was_sent = false;
      loop.post([done = std::move(done), failed] { done(failed); });
      return {};
    }
    return [multi = multi->weak_from_this(), easy] {
      if (const auto still = multi.lock()) still->abandon(easy);
    };
  }

  std::shared_ptr<HttpCookies> make_cookies() override {
    return is_libcurl_ready() ? std::make_shared<CurlCookies>() : nullptr;
  }

 private:
  std::string ca_file_;
  static constexpr char key_ =
      0;  // all of them share a loop's connections; libcurl keeps those apart that trust others
};

}  // namespace

std::shared_ptr<HttpTransport> curl_transport(std::string ca_file) {
  return std::make_shared<CurlTransport>(std::move(ca_file));
}

std::function<void()> BlockingHttpTransport::start(Loop& loop, const HttpRequest& request,
                                                   std::function<void(HttpResponse)> done) {
  loop.post([done = std::move(done), response = send(request)] { done(response); });
  return {};
}

}  // namespace ostia
