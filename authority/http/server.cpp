#include "http/server.hpp"

#include <linux/filter.h>
#include <sys/resource.h>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <atomic>
#include <ctime>
#include <list>
#include <thread>
#include <unordered_map>

#include "base/log.hpp"
#include "http/networks.hpp"
#include "http/places.hpp"
#include "http/strict.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::uint32_t header_limit = 38 * 1024;  // an access token with a thousand permissions must fit
constexpr std::uint64_t body_limit = 64 * 1024;
constexpr std::uint64_t largest_body = 256 * 1024 * 1024;  // whatever the authority would take
constexpr std::size_t largest_extensions = 4096;           // of all chunks of a body; nobody reads them
constexpr std::size_t connections_a_loop = 10'000;
constexpr auto idle_limit = std::chrono::seconds(75);
constexpr auto request_limit = std::chrono::seconds(20);  // for a whole request to arrive, or a response to leave
// For what is done about a request. Everything that a handler waits for has a shorter limit of its own, and its own
// answer for when that is over; this is for what nobody has thought of.
constexpr auto handling_limit = std::chrono::seconds(30);
constexpr auto lingering_limit = std::chrono::seconds(1);  // for a client to see that a connection has been closed
// While the program ends: for connections that have begun to open, for the first request of a new connection, and for
// another one on a connection that had some.
constexpr auto opening_limit = std::chrono::milliseconds(100);
constexpr auto first_request_limit = std::chrono::seconds(2);
constexpr auto next_request_limit = std::chrono::milliseconds(100);
constexpr auto ending_limit = handling_limit + std::chrono::seconds(2);
constexpr auto turning_limit = std::chrono::seconds(20);  // for a loop that has something else to do

// What a sweep needs to know of a connection.
struct Deadline {
  tcp::socket* socket = nullptr;
  Clock::time_point at;
  Clock::time_point accepted = Clock::now();
  bool idle = true;  // nothing of a request has come
  bool is_new = true;

  // Whether a server that ends since `since` has waited long enough for what may be on its way.
  [[nodiscard]] bool is_over(Clock::time_point since, Clock::time_point now) const {
    error_code ec;
    return idle && now >= (is_new ? std::max(since, accepted + first_request_limit) : since + next_request_limit) &&
           socket->available(ec) == 0;
  }
};

struct Loop {
  asio::io_context context{1};
  std::unordered_map<std::uint64_t, Deadline> deadlines;  // by the connection's number
  std::atomic<Clock::time_point> turned{};
  std::thread thread;
};

// A request that is being answered. The handler goes on where it is; who waits for it may have stopped waiting.
struct Handling {
  explicit Handling(asio::io_context& context) : timer(context, handling_limit) {}
  asio::steady_timer timer;  // ends early when the handler has
  asio::cancellation_signal abandon;
  std::optional<Response> response;
  bool is_done = false;
};

Response took_too_long() {
  return oauth_error(503, "temporarily_unavailable",
                     "The server could not answer in time. What was asked for may have been done or not.")
      .with("Retry-After", "5");
}

// From now on nobody begins to connect there; who has begun gets to the end of it. Whoever comes tries again after a
// second, and is told then that nobody listens, instead of being let in and cut off.
void refuse_newcomers(int listener) {
  constexpr unsigned flags_at = 13, syn = 0x02, syn_or_ack = 0x12;  // RFC 9293 section 3.1
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_at), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn_or_ack),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
                         BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF)};
  const sock_fprog program{std::size(steps), steps};
  setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);  // best effort: some kernels have none
}

// How many connections there may be: as many as this process may have descriptors, but for those of everything else.
std::size_t places_for(std::size_t loops) {
  constexpr std::size_t others = 256, few = 8;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;  // the soft one is for programs that use select()
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t all = limit.rlim_cur > others ? static_cast<std::size_t>(limit.rlim_cur) - others : few * loops;
  return std::clamp(all, few * loops, connections_a_loop * loops);
}

constexpr auto use_error = [](error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); };

// RFC 9110 section 6.6.1, formatted once a second.
const std::string& http_date() {
  thread_local std::time_t last = 0;
  thread_local std::string text;
  if (const std::time_t now = std::time(nullptr); now != last) {
    char buffer[40];
    std::tm parts{};
    gmtime_r(&now, &parts);
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    last = now;
  }
  return text;
}

std::string serialize(const Response& response, bool keep_alive, bool with_body) {
  std::string out;
  out.reserve(512 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(http::obsolete_reason(static_cast<http::status>(response.status)))
      .append("\r\nDate: ")
      .append(http_date());
  for (const auto& [name, value] : response.headers) {
    out.append("\r\n").append(name).append(": ").append(value);
    const auto is_break = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };  // no value can start a header
    std::replace_if(out.end() - static_cast<std::ptrdiff_t>(value.size()), out.end(), is_break, ' ');
  }
  out.append("\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ").append(std::to_string(response.body.size()));
  out.append(keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
  if (with_body) out += response.body;
  return out;
}

// Several lines of one name are one list (RFC 9110 section 5.3), so that nobody reads the first of them alone.
Headers to_headers(const http::request<http::string_body>& in) {
  Headers out;
  for (const auto& field : in) {
    std::string name = text::lower({field.name_string().data(), field.name_string().size()});
    const std::string_view value(field.value().data(), field.value().size());
    const auto before = std::find_if(out.begin(), out.end(), [&](const auto& h) { return h.first == name; });
    if (before == out.end())
      out.emplace_back(std::move(name), value);
    else
      before->second.append(name == "cookie" ? "; " : ", ").append(value);
  }
  return out;
}

// All of a request but its body, so that what is sent after the body (trailers) cannot become a part of its head.
Request to_request(const http::request<http::string_body>& in, const std::string& issuer, const std::string& peer) {
  Request out;
  out.method = std::string(in.method_string());
  const auto [authority, target] = split_target(std::string_view(in.target().data(), in.target().size()));
  const auto mark = std::min(target.find('?'), target.size());
  out.path = std::string(target.substr(0, mark));
  if (out.path.empty()) out.path = "/";
  if (mark < target.size()) out.query = std::string(target.substr(mark + 1));
  out.issuer = issuer;
  out.peer = peer;
  out.headers = to_headers(in);
  if (!authority.empty()) {  // RFC 9112 section 3.2.2: it is what Host says then
    std::erase_if(out.headers, [](const auto& h) { return h.first == "host"; });
    out.headers.emplace_back("host", std::string(authority));
  }
  return out;
}

// The answer to what could not be read as a request.
Response refusal(error_code ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return text_response(431, "The request's headers are larger than " + std::to_string(header_limit) + " bytes.\n");
  if (ec == http::error::body_limit)
    return json_response(413, json::Value::object({{"error", "invalid_request"},
                                                   {"error_description", "The request's body is larger than " +
                                                                             std::to_string(body_limit) + " bytes."}}));
  return text_response(400, "The request is not HTTP/1.1: " + ec.message() + ".\n");
}

std::string_view view_of(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

bool waits_for_continue(const http::request<http::string_body>& head) {
  const auto expected = head[http::field::expect];
  return text::lower({expected.data(), expected.size()}) == "100-continue" && head.version() == 11;
}

bool is_parse_error(error_code ec) {
  return ec.category() == http::make_error_code(http::error::bad_method).category();
}

}  // namespace

using TlsContext = std::shared_ptr<asio::ssl::context>;

// Where connections come in.
struct Port {
  Port(asio::io_context& context, Handler h) : acceptor(context), handler(std::move(h)) {}
  tcp::acceptor acceptor;
  Handler handler;
  std::string issuer;
  std::atomic<TlsContext> tls;  // null: plain HTTP. What is begun with one ends with it
};

namespace {

Result<TlsContext> make_context(const TlsIdentity& identity) {
  const auto failed = [](const std::string& why) {
    return Error{"certificate_unusable", "the TLS certificate or its key cannot be used: " + why,
                 "certificate_unusable", 0, Fault::caller};
  };
  auto out = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code ec;
  out->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  out->use_certificate_chain(asio::buffer(identity.certificate), ec);
  if (!ec) out->use_private_key(asio::buffer(identity.key), asio::ssl::context::pem, ec);
  if (ec) return failed(ec.message());
  SSL_CTX_set_mode(out->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  // Of TLS 1.2 only what RFC 9325 section 4.2 recommends: forward secrecy, and encryption that is authenticated.
  if (SSL_CTX_set_cipher_list(out->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
    return failed("this OpenSSL has no cipher suite for TLS 1.2 that could be offered");
  SSL_CTX_set_options(out->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return out;
}

}  // namespace

struct Server::State {
  explicit State(std::size_t loops_) : places(places_for(loops_)) {}

  Places places;  // it outlives the connections of the loops
  std::vector<std::unique_ptr<Loop>> loops;
  BodyLimit body_limit_of;

  // A request that announces more than usual may be let in, before its body is read, for what its head shows.
  [[nodiscard]] std::uint64_t limit_for(const http::request<http::string_body>& head) const {
    return std::max(body_limit, body_limit_of(std::string_view(head.target().data(), head.target().size()),
                                              std::string_view(head[http::field::authorization].data(),
                                                               head[http::field::authorization].size())));
  }
  std::list<Port> ports;
  std::atomic<bool> told_to_stop = false;
  std::atomic<bool> stopping = false;          // no more keeps a connection
  std::atomic<std::uint64_t> connections = 0;  // that there ever were
  std::atomic<std::size_t> handlers = 0;       // that are at work
  std::size_t next_loop = 0;                   // for a connection; the first loop's business

  template <class Stream>
  asio::awaitable<bool> respond(Stream& stream, Deadline& deadline, const Response& response, bool keep_alive,
                                bool with_body) {
    error_code ec;
    deadline.at = Clock::now() + request_limit;
    const std::string bytes = serialize(response, keep_alive, with_body);
    co_await asio::async_write(stream, asio::buffer(bytes), use_error(ec));
    co_return !ec && keep_alive;
  }

  template <class Stream>
  asio::awaitable<void> refuse(Stream& stream, Deadline& deadline, const Response& response) {
    auto responding = respond(stream, deadline, response, false, true);
    co_await std::move(responding);
  }

  // Reads until the head is whole, and gives its size; an error that is worth an answer has it in `refused`.
  template <class Stream>
  asio::awaitable<std::size_t> read_head(Stream& stream, beast::flat_buffer& buffer, Deadline& deadline,
                                         std::optional<Response>& refused, error_code& ec) {
    constexpr std::string_view line_end = "\r\n", head_end = "\r\n\r\n";
    bool may_be_empty = true;  // RFC 9112 section 2.2: one empty line before a request is overlooked
    for (std::size_t searched = 0;;) {
      std::string_view all = view_of(buffer);
      if (may_be_empty && all.starts_with(line_end)) {
        buffer.consume(line_end.size());
        may_be_empty = false;
        continue;
      }
      if (const auto end = all.find(head_end, searched); end != all.npos && end + head_end.size() <= header_limit) {
        const auto head = all.substr(0, end + head_end.size());
        if (const auto why = refuse_head(head)) refused = text_response(why->status, why->why + "\n");
        co_return head.size();
      }
      if (all.size() > header_limit) {
        refused = refusal(http::error::header_limit);
        co_return 0;
      }
      if (has_bare_line_end(all, searched)) {
        refused = text_response(400, "A line ends without a carriage return.\n");
        co_return 0;
      }
      searched = all.size() - std::min(all.size(), head_end.size() - 1);
      if (!all.empty()) {
        deadline.idle = false;
        if (deadline.at > Clock::now() + request_limit) deadline.at = Clock::now() + request_limit;
      }
      const std::size_t count = co_await stream.async_read_some(buffer.prepare(4096), use_error(ec));
      if (ec) co_return 0;
      buffer.commit(count);
    }
  }

  // The body of a request whose head has been read.
  template <class Stream>
  asio::awaitable<void> read_body(Stream& stream, beast::flat_buffer& buffer,
                                  http::request_parser<http::string_body>& parser, error_code& ec) {
    const std::uint64_t limit = limit_for(parser.get());
    const auto announced = parser.content_length();
    if (announced && *announced > limit) {
      ec = http::error::body_limit;
      co_return;
    }
    parser.body_limit(limit);
    if (parser.is_done()) co_return;
    std::size_t extensions = 0;
    auto count_extensions = [&extensions](std::uint64_t, beast::string_view text, error_code& failed) {
      extensions += text.size();
      if (extensions > largest_extensions) failed = http::error::bad_chunk_extension;
    };
    parser.on_chunk_header(count_extensions);
    if (waits_for_continue(parser.get()) && buffer.size() == 0) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream, asio::buffer(go_on), use_error(ec));
      if (ec) co_return;
    }
    co_await http::async_read(stream, buffer, parser, use_error(ec));
  }

  // The handler's answer; nothing, where that takes too long. The handler is told, then: it begins nothing more, and
  // what it has begun (a statement that the database has got already) comes to its end unseen.
  asio::awaitable<std::optional<Response>> handle(Loop& loop, const Port& port, Request request) {
    const std::string method = request.method, path = request.path, peer = request.peer;
    const auto handling = std::make_shared<Handling>(loop.context);
    ++handlers;
    auto done = [this, handling](const std::exception_ptr& failed, Response response) {
      --handlers;
      if (!failed) handling->response = std::move(response);
      handling->is_done = true;
      handling->timer.cancel();
    };
    asio::co_spawn(loop.context, port.handler(std::move(request)),
                   asio::bind_cancellation_slot(handling->abandon.slot(), std::move(done)));
    auto& timer = handling->timer;
    error_code ec;
    if (!handling->is_done) co_await timer.async_wait(use_error(ec));
    if (handling->response) co_return *std::move(handling->response);
    if (handling->is_done) co_return Response{0, {}, {}};  // it has thrown, which it must not
    handling->abandon.emit(asio::cancellation_type::terminal);
    log_event("error", "handling_timeout",
              {{"method", method},
               {"path", path},
               {"peer", peer},
               {"what", "a request was not answered within 30 seconds, and its client was told 503"}});
    co_return std::nullopt;
  }

  // What is still on its way to a connection that is closed would be answered by a reset, which may reach the client
  // before it has read its answer (RFC 9112 section 9.6). So nothing more is said, and all is heard.
  asio::awaitable<void> linger(tcp::socket& stream, Deadline& deadline) {
    error_code ec;
    deadline.at = Clock::now() + lingering_limit;
    deadline.idle = false;
    stream.shutdown(tcp::socket::shutdown_send, ec);
    char unread[4096];
    for (std::size_t heard = 0; !ec && heard < body_limit;)
      heard += co_await stream.async_read_some(asio::buffer(unread), use_error(ec));
  }

  template <class Stream>
  asio::awaitable<void> serve(Loop& loop, Stream& stream, Deadline& deadline, Places::Place& place, const Port& port,
                              std::string peer) {
    beast::flat_buffer buffer(header_limit + 4096);
    for (bool keep_alive = true; keep_alive;) {
      error_code ec;
      std::optional<Response> refused;
      deadline.at = Clock::now() + idle_limit;  // until the first byte
      deadline.idle = true;
      place.waits = true;
      auto reading_head = read_head(stream, buffer, deadline, refused, ec);
      const std::size_t size = co_await std::move(reading_head);
      if (ec) break;
      deadline.at = std::min(deadline.at, Clock::now() + request_limit);
      deadline.idle = deadline.is_new = false;
      http::request_parser<http::string_body> parser;
      parser.header_limit(header_limit);
      parser.body_limit(largest_body);
      if (!refused) {
        parser.put(asio::buffer(buffer.data(), size), ec);
        buffer.consume(size);
      }
      std::optional<Request> request;
      if (!refused && !ec) {
        request = to_request(parser.get(), port.issuer, peer);
        auto reading_body = read_body(stream, buffer, parser, ec);
        co_await std::move(reading_body);
      }
      if (ec && is_parse_error(ec) && ec != http::error::end_of_stream && ec != http::error::partial_message)
        refused = refusal(ec);
      place.waits = false;
      if (refused) {
        auto refusing = refuse(stream, deadline, *refused);
        co_await std::move(refusing);
      }
      if (refused || ec) break;
      auto message = parser.release();
      const bool head = message.method() == http::verb::head;
      request->body = std::move(message.body());
      deadline.at = Clock::time_point::max();  // `handle` has its own
      CO_AWAIT(const auto handled, handle(loop, port, *std::move(request)));
      const Response response = handled ? *handled : took_too_long();
      if (response.status == 0) break;  // a cut that was ordered
      keep_alive = handled && message.keep_alive() && !stopping;
      auto responding = respond(stream, deadline, response, keep_alive, !head);
      keep_alive = co_await std::move(responding);
    }
  }

  // Ends a connection of another thread's loop, if it is still there then.
  static void close_soon(Loop& loop, std::uint64_t number) {
    asio::post(loop.context, [&loop, number] {
      error_code ec;
      if (const auto found = loop.deadlines.find(number); found != loop.deadlines.end())
        found->second.socket->close(ec);
    });
  }

  // Once a minute.
  void note_refusal(const std::string& peer) {
    static std::atomic<std::int64_t> last = -1;
    const std::int64_t minute = Clock::now().time_since_epoch() / std::chrono::minutes(1);
    if (last.exchange(minute) == minute) return;
    log_event("warning", "connections_refused",
              {{"peer", peer},
               {"open", static_cast<std::int64_t>(places.open())},
               {"refused", static_cast<std::int64_t>(places.refused())},
               {"share", static_cast<std::int64_t>(places.share())},
               {"what",
                "one network may have so many connections (share); a proxy in front may have more once it is "
                "named with --trusted-proxy"}});
  }

  asio::awaitable<void> connection(Loop& loop, tcp::socket socket, Port& port) {
    error_code ec;
    const auto remote = socket.remote_endpoint(ec);
    const std::string peer = ec ? "" : canonical_address(remote.address().to_string());
    const std::uint64_t number = ++connections;
    const auto place = places.take(peer, [&loop, number] { close_soon(loop, number); });
    if (!place) {
      note_refusal(peer);
      co_return;
    }
    Deadline& deadline = loop.deadlines[number];
    deadline.socket = &socket;
    deadline.at = Clock::now() + request_limit;
    socket.set_option(tcp::no_delay(true), ec);
    try {
      if (const TlsContext tls = port.tls.load()) {
        asio::ssl::stream<tcp::socket&> stream(socket, *tls);
        co_await stream.async_handshake(asio::ssl::stream_base::server, use_error(ec));
        if (!ec) {
          auto serving = serve(loop, stream, deadline, *place, port, peer);
          co_await std::move(serving);
          deadline.at = Clock::now() + lingering_limit;
          deadline.idle = false;
          place->waits = true;
          co_await stream.async_shutdown(use_error(ec));
        }
      } else {
        auto serving = serve(loop, socket, deadline, *place, port, peer);
        co_await std::move(serving);
        place->waits = true;
      }
      auto lingering = linger(socket, deadline);
      co_await std::move(lingering);
    } catch (const std::exception& e) {
      log_event("error", "connection_failed", {{"what", e.what()}});
    }
    loop.deadlines.erase(number);
  }

  asio::awaitable<void> sweep(Loop& loop) {
    asio::steady_timer timer(loop.context);
    for (;;) {
      timer.expires_after(std::chrono::seconds(1));
      co_await timer.async_wait(asio::use_awaitable);
      const auto now = Clock::now();
      loop.turned = now;
      close_if(loop, [now](const Deadline& d) { return d.at < now; });
    }
  }

  template <class Predicate>
  void close_if(Loop& loop, Predicate predicate) {
    error_code ec;
    for (auto& [number, deadline] : loop.deadlines)
      if (predicate(deadline)) deadline.socket->close(ec);
  }

  asio::awaitable<void> accept(Port& port) {
    tcp::acceptor& acceptor = port.acceptor;
    for (;;) {
      error_code ec;
      Loop& loop = *loops[next_loop];
      tcp::socket socket = co_await acceptor.async_accept(loop.context, use_error(ec));
      if (ec == asio::error::operation_aborted || !acceptor.is_open()) co_return;
      if (ec) {  // out of descriptors, say: leave the others time to end
        asio::steady_timer pause(loops[0]->context, std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::use_awaitable);
        continue;
      }
      take_in(loop, std::move(socket), port);
    }
  }

  void take_in(Loop& loop, tcp::socket socket, Port& port) {
    next_loop = (next_loop + 1) % loops.size();
    asio::co_spawn(loop.context, connection(loop, std::move(socket), port), asio::detached);
  }

  // Who has connected gets in; what stands in the kernel's queue when a listener is closed is cut off by a reset.
  void take_in_last_and_close(Port& port) {
    error_code ec;
    port.acceptor.cancel(ec);
    port.acceptor.non_blocking(true, ec);
    while (!ec) {
      Loop& loop = *loops[next_loop];
      tcp::socket socket = port.acceptor.accept(loop.context, ec);
      if (!ec) take_in(loop, std::move(socket), port);
    }
    port.acceptor.close(ec);
  }

  // Ends what only waits, without cutting anybody off, until nothing is left.
  asio::awaitable<void> empty(Loop& loop) {
    asio::steady_timer timer(loop.context);
    for (const auto since = Clock::now();;) {
      const auto now = Clock::now();
      error_code ec;
      for (auto& [number, deadline] : loop.deadlines)
        if (deadline.is_over(since, now)) deadline.socket->cancel(ec);
      close_if(loop, [now](const Deadline& d) { return d.at < now; });
      timer.expires_after(std::chrono::milliseconds(10));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  // On the first loop. Requests under way may take as long as they are allowed to; then the loops end.
  asio::awaitable<void> end(std::chrono::seconds drain) {
    asio::steady_timer timer(loops[0]->context);
    timer.expires_after(drain);
    co_await timer.async_wait(asio::use_awaitable);
    for (auto& port : ports) refuse_newcomers(port.acceptor.native_handle());
    timer.expires_after(opening_limit);
    co_await timer.async_wait(asio::use_awaitable);
    stopping = true;
    for (auto& port : ports) take_in_last_and_close(port);
    for (auto& loop : loops) asio::co_spawn(loop->context, empty(*loop), asio::detached);
    for (const auto until = Clock::now() + ending_limit; Clock::now() < until;) {
      timer.expires_after(std::chrono::milliseconds(10));
      co_await timer.async_wait(asio::use_awaitable);
      if (places.open() == 0 && handlers == 0) break;
    }
    for (auto& loop : loops) loop->context.stop();
  }
};

Result<Endpoint> parse_endpoint(std::string_view in) {
  const auto colon = in.rfind(':');
  const auto port = colon == in.npos ? std::nullopt : text::parse_int(in.substr(colon + 1));
  std::string_view host = in.substr(0, colon == in.npos ? 0 : colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!port || *port < 0 || *port > 65535 || host.empty())
    return caller_error("invalid_option", "\"" + std::string(in) + "\" is not HOST:PORT, such as 127.0.0.1:8443");
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

Server::Server(unsigned loops, BodyLimit limit_of) : state_(std::make_unique<State>(std::max(1U, loops))) {
  state_->body_limit_of = std::move(limit_of);
  for (unsigned i = 0; i < std::max(1U, loops); ++i) state_->loops.push_back(std::make_unique<Loop>());
}

Server::~Server() = default;

const Places& Server::places() const { return state_->places; }

void Server::trust(Networks proxies) { state_->places.trust(std::move(proxies)); }

Result<std::uint16_t> Server::listen(const Endpoint& endpoint, const TlsIdentity* tls, Handler handler,
                                     const std::function<std::string(std::uint16_t)>& issuer_of) {
  const auto failed = [&](const std::string& why) {
    return Error{"cannot_listen",
                 "cannot listen on " + endpoint.host + ":" + std::to_string(endpoint.port) + ": " + why,
                 "cannot_listen", 0, Fault::caller};
  };
  auto& context = state_->loops[0]->context;
  error_code ec;
  const auto address = asio::ip::make_address(endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host, ec);
  if (ec) return failed("the host must be an IP address or localhost");
  Port& port = state_->ports.emplace_back(context, std::move(handler));
  auto& acceptor = port.acceptor;
  acceptor.open(address.is_v6() ? tcp::v6() : tcp::v4(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind({address, endpoint.port}, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec == asio::error::address_in_use) return failed("the port is in use by another program");
  if (ec) return failed(ec.message());

  if (tls) {
    auto made = make_context(*tls);
    if (!made) return failed(made.error().description);
    port.tls = *std::move(made);
  }
  const std::uint16_t number = acceptor.local_endpoint().port();
  port.issuer = issuer_of(number);
  return number;
}

Status Server::use_certificate(const TlsIdentity& identity) {
  auto made = make_context(identity);
  if (!made) return std::move(made).error();
  for (auto& port : state_->ports)
    if (port.tls.load()) port.tls = *made;
  return ok();
}

bool Server::is_turning() const {
  const auto now = Clock::now();
  return std::all_of(state_->loops.begin(), state_->loops.end(),
                     [&](const auto& loop) { return now - loop->turned.load() < turning_limit; });
}

void Server::run(const std::function<void()>& started) {
  for (auto& loop : state_->loops) loop->turned = Clock::now();
  started();
  for (auto& port : state_->ports) asio::co_spawn(state_->loops[0]->context, state_->accept(port), asio::detached);
  for (auto& loop : state_->loops) {
    asio::co_spawn(loop->context, state_->sweep(*loop), asio::detached);
    loop->thread = std::thread([&context = loop->context] { context.run(); });
  }
  for (auto& loop : state_->loops) loop->thread.join();
}

void Server::stop(std::chrono::seconds drain) {
  if (state_->told_to_stop.exchange(true)) return;
  asio::co_spawn(state_->loops[0]->context, state_->end(drain), asio::detached);
}

}  // namespace ostia::authority
