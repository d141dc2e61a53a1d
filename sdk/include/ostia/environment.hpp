// What the SDK stands on, each part replaceable: HTTP, cryptography, the browser, the clock, the log, the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ostia/engine/http.hpp"
#include "ostia/loop.hpp"
#include "ostia/result.hpp"

namespace ostia {

/// Cookies as a user agent keeps them (RFC 6265 section 5): those of one `WebAuth`, in memory, with the transport that
/// made this. Safe for several threads at once.
class OSTIA_API HttpCookies {
 public:
  virtual ~HttpCookies() = default;
  /// Whether there is none that has not expired.
  virtual bool empty() = 0;
  /// Forgets them all.
  virtual void clear() = 0;
};

/// Performs HTTP exchanges. Redirects must not be followed, TLS must be checked, bodies above a few megabytes refused:
/// what goes through here are people's tokens.
class OSTIA_API HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// Begins one exchange. `done` is called once, from `loop.poll()`, never before `start` returns; without an answer
  /// its response has status 0 and a `failure`, and `was_sent` is false if the peer cannot have seen the request. What
  /// is returned abandons the exchange; `done` is not called then.
  virtual std::function<void()> start(Loop& loop, const HttpRequest& request,
                                      std::function<void(HttpResponse)> done) = 0;
  /// A place for cookies, empty. Requests that are to be sent with cookies have it as `HttpRequest::cookies`: what is
  /// in it and fits the URL goes with them, and what the response sets comes into it (RFC 6265 sections 5.3 and 5.4).
  /// Null, which is what this is unless it is overridden: a transport that keeps no cookies. Then logins and renewals
  /// without a browser (`login_with_credentials`, `check_session`) end with `login_required` or `interaction_required`.
  virtual std::shared_ptr<HttpCookies> make_cookies() { return nullptr; }
};

/// A transport that answers before it returns, which is easier to write; it holds its loop up meanwhile.
class OSTIA_API BlockingHttpTransport : public HttpTransport {
 public:
  /// One exchange. Called from any thread that polls a loop or waits for a call.
  virtual HttpResponse send(const HttpRequest& request) = 0;
  std::function<void()> start(Loop& loop, const HttpRequest& request, std::function<void(HttpResponse)> done) final;
};

/// libcurl, with its cookies. `ca_file`: PEM of the certificates to trust; empty: `SSL_CERT_FILE`, else the system's.
OSTIA_API std::shared_ptr<HttpTransport> curl_transport(std::string ca_file = {});

/// A public key that is ready to use. Safe for several threads at once.
class OSTIA_API VerificationKey {
 public:
  virtual ~VerificationKey() = default;
  /// Whether `signature` (octets, as JOSE has them) over `input` is good.
  [[nodiscard]] virtual bool verify(std::string_view input, std::string_view signature) const = 0;
};

/// The primitives. Safe for several threads at once.
class OSTIA_API Crypto {
 public:
  virtual ~Crypto() = default;
  /// `count` octets that nobody can guess; empty if there are none to be had.
  virtual std::string random(int count) = 0;
  /// SHA-2 of `bits` (256, 384, 512) bits.
  virtual std::string digest(int bits, std::string_view text) = 0;
  /// The public JSON Web Key `jwk` for `algorithm` (RFC 7518, RFC 8037); null when it is not one, or too weak: RSA
  /// below 2048 bits or with an exponent of 1, a point of small order. RSA of more than 8192 bits is not taken either.
  virtual std::shared_ptr<const VerificationKey> import_key(std::string_view algorithm, const std::string& jwk) = 0;
  /// `input` signed for JOSE with a private key: a JSON Web Key as JSON, or PEM. Errors: `invalid_key`.
  virtual Result<std::string> sign(std::string_view algorithm, const std::string& key, std::string_view input) = 0;
  /// A fresh private P-256 key, as a JSON Web Key.
  virtual Result<std::string> generate_key() = 0;
};

/// OpenSSL 3.
OSTIA_API std::shared_ptr<Crypto> openssl_crypto();

/// What the person is shown.
struct BrowserRequest {
  std::string url;           ///< to be opened
  std::string redirect_uri;  ///< where the authority sends the person back to
  /// For windows of the program's own: to be called, from any thread, with the whole URL once the window is sent to
  /// `redirect_uri` (which it need not load), or with an Error when the person closes it. A system browser calls
  /// nothing: the loopback address, or `WebAuth::handle_redirect`, gets the redirect.
  std::function<void(Result<std::string> redirect)> finished;
};

/// Shows pages to the person.
class OSTIA_API Browser {
 public:
  virtual ~Browser() = default;
  /// Shows `request.url`. Error: it cannot.
  virtual Status open(const BrowserRequest& request) = 0;
  /// The login ended; a window of the program's own may go.
  virtual void close() {}
};

/// The system's browser: `$BROWSER`, else `xdg-open`.
OSTIA_API std::shared_ptr<Browser> system_browser();

/// Tells the time. Safe for several threads at once.
class OSTIA_API Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now() = 0;  ///< milliseconds since 1970
  /// Milliseconds since the machine was started (CLOCK_BOOTTIME), which nobody sets. -1, which is what this is unless
  /// it is overridden: `now` is not the machine's time.
  virtual std::int64_t steady() { return -1; }
};
OSTIA_API std::shared_ptr<Clock> system_clock();

/// One thing that the SDK did. There is never a token, code, password or key in it.
struct LogRecord {
  enum class Level : std::uint8_t { debug, info, warning };
  Level level = Level::info;
  std::string
      event;  ///< stable: `http`, `http_retry`, `keys_fetched`, `login_begun`, `login_redirect`, `tokens_not_kept`, …
  std::string message;  ///< for people
};
/// Called on the thread on which it happened.
using LogSink = std::function<void(const LogRecord&)>;

/// Trying again what failed on the way. Off by default. Only what cannot have changed anything is sent again: GET
/// requests without an answer or with 429, 502, 503 or 504, and any request that cannot have reached the peer.
struct RetryOptions {
  int attempts = 0;                            ///< beyond the first
  std::chrono::milliseconds first_delay{200};  ///< doubles each time; a `Retry-After` of up to 30 s counts instead
};

/// What objects stand on. Shared parts may be shared between objects; empty ones are the defaults.
struct Environment {
  std::shared_ptr<HttpTransport> transport = {};  ///< libcurl
  std::shared_ptr<Crypto> crypto = {};            ///< OpenSSL
  std::shared_ptr<Browser> browser = {};          ///< the system's
  std::shared_ptr<Clock> clock = {};              ///< the system's
  LogSink log = {};                               ///< none
  RetryOptions retry = {};                        ///< never
  Loop* loop = nullptr;                           ///< where started calls run; `Loop::shared()`
};

}  // namespace ostia
