#include "call.hpp"

#include <utility>

#include "dates.hpp"
#include "ostia/auth0/options.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::sdk {
namespace {

constexpr std::chrono::seconds usual_timeout{30};
constexpr std::chrono::milliseconds lock_pause{20};
constexpr std::chrono::seconds keys_patience{1};
constexpr std::int64_t longest_retry_after_s = 30;

// Where, for the log: never the query, which has codes and tokens.
std::string place(const HttpRequest& request) {
  return request.method + " " + request.url.substr(0, request.url.find_first_of("?#"));
}

bool may_be_retried(const HttpRequest& request, const HttpResponse& response) {
  if (!response.was_sent) return true;
  const int s = response.status;
  return request.method == "GET" && (s == 0 || s == 429 || s == 502 || s == 503 || s == 504);
}

std::chrono::milliseconds retry_delay(const RetryOptions& retry, int attempt, const HttpResponse& response) {
  const auto asked = text::parse_int(find_header(response.headers, "retry-after"));
  if (asked && *asked >= 0 && *asked <= longest_retry_after_s) return std::chrono::seconds(*asked);
  return retry.first_delay * (1 << std::min(attempt, 10));
}

}  // namespace

Error in_our_names(Error error) {
  const auto end = error.description.find(' ');
  if (error.reason == "invalid_option" && end != std::string::npos)
    error.description = auth0::snake_case(error.description.substr(0, end)) + error.description.substr(end);
  return error;
}

Call::Call(std::shared_ptr<Session> session, Loop& loop, Operation operation, CallOptions options, Done done)
    : session_(std::move(session)),
      loop_(loop),
      operation_(std::move(operation)),
      options_(std::move(options)),
      done_(std::move(done)),
      door_(std::make_shared<Door>(loop)) {}

Call::~Call() = default;

void Call::start() {
  loop_.begin_call();
  loop_.post([self = shared_from_this()] {
    self->loop_.own_call(self.get(), [self] {
      self->call_off(Error{"cancelled", "The loop was told to end its calls", "cancelled", 0, Fault::caller});
    });
    const bool is_given = self->options_.timeout.count() > 0;
    const auto timeout = is_given ? self->options_.timeout : std::chrono::milliseconds(usual_timeout);
    self->deadline_ = self->loop_.at(Loop::Clock::now() + timeout, [self, timeout] {
      self->call_off(Error{"timeout", "The call took longer than " + text::decimal(timeout.count()) + " ms", "timeout",
                           0, Fault::peer});
    });
    self->on_stop_.emplace(self->options_.stop, [weak = std::weak_ptr(self), door = self->door_] {
      door->post([weak] {
        if (const auto call = weak.lock())
          call->call_off(Error{"cancelled", "The call was called off", "cancelled", 0, Fault::caller});
      });
    });
    if (!self->ended_) self->run();
  });
}

void Call::run() {
  const auto self = shared_from_this();
  waits_ = false;
  next_ = 0;
  operation_(*this);
  if (!waits_) finish({});
}

Error Call::wait_for(const std::function<void()>& begin) {
  waits_ = true;
  begin();
  return Error{};  // nobody reads it: the operation runs again
}

void Call::arrive(std::any answer) {
  if (ended_) return;
  answers_.push_back(std::move(answer));
  run();
}

void Call::call_off(const Error& error) {
  if (!is_shielded_) finish(error);
}

void Call::finish(std::optional<Error> error) {
  if (ended_) return;
  ended_ = true;
  const auto self = shared_from_this();
  door_->close();
  abandon();
  leave_keys(error);
  loop_.cancel(deadline_);
  on_stop_.reset();
  loop_.end_call(this);
  const Done done = std::move(done_);
  operation_ = nullptr;
  done(std::move(error));
}

void Call::abandon() {
  if (abandon_exchange_) std::exchange(abandon_exchange_, nullptr)();
  loop_.cancel(pause_);
  loopback_.reset();
  session_->forget_redirect(browse_.state);
  answers_.clear();  // a lock may be among them
  lock_.reset();
}

// What is done at once is done once: a later run sees the same answers.

Result<std::int64_t> Call::now() {
  return once<std::int64_t>([&]() -> Result<std::int64_t> { return session_->environment().clock->now(); });
}

Result<std::string> Call::date(std::int64_t seconds) { return utc_date(seconds); }

Result<std::string> Call::random(int count) {
  return once<std::string>([&]() -> Result<std::string> { return session_->environment().crypto->random(count); });
}

Result<std::string> Call::sha256(const std::string& text) { return digest(256, text); }

Result<std::string> Call::digest(int bits, const std::string& text) {
  return session_->environment().crypto->digest(bits, text);
}

Result<std::string> Call::sign(const std::string& algorithm, const Value& key, const std::string& input) {
  return once<std::string>([&] {
    const std::string text = key.is_string() ? key.text() : json::write(key);
    return session_->environment().crypto->sign(algorithm, text, input);
  });
}

Result<bool> Call::verify(const char* algorithm, const Value& key, const std::string& input,
                          const std::string& signature) {
  const auto parsed = session_->environment().crypto->import_key(algorithm, json::write(key));
  return parsed && parsed->verify(input, signature);
}

Status Call::put(const std::string& key, const Value& value, double minutes) {
  return once<Unit>([&] { return session_->put(key, value, minutes), ok(); });
}

Result<Value> Call::get(const std::string& key) {
  return once<Value>([&]() -> Result<Value> { return session_->get(key); });
}

Status Call::remove(const std::string& key) {
  return once<Unit>([&] { return session_->remove(key), ok(); });
}

Result<HttpResponse> Call::http(const HttpRequest& request) {
  if (const auto* known = answered<HttpResponse>()) return *known;
  return wait_for([&] {
    HttpRequest sent = request;
    if (!request_name_.empty() && sent.method == "POST" && session_->is_authority(sent.url))
      sent.headers.emplace_back("Idempotency-Key", '"' + request_name_ + '"');
    if (sent.credentials && session_->is_authority(sent.url)) {
      sent.cookies = session_->cookies();
      if (!sent.cookies)
        session_->log(LogRecord::Level::warning, "no_cookies", place(sent) + ": the transport keeps no cookies");
    }
    send(sent, 0);
  });
}

void Call::send(const HttpRequest& request, int attempt) {
  abandon_exchange_ = session_->environment().transport->start(
      loop_, request, [self = shared_from_this(), request, attempt](HttpResponse response) {
        self->abandon_exchange_ = nullptr;
        if (!self->ended_) self->received(request, attempt, std::move(response));
      });
}

void Call::received(const HttpRequest& request, int attempt, HttpResponse response) {
  const std::string outcome = response.status == 0 ? response.failure : text::decimal(response.status);
  session_->log(LogRecord::Level::info, "http", place(request) + ": " + outcome);
  const RetryOptions& retry = session_->environment().retry;
  if (attempt < retry.attempts && may_be_retried(request, response)) {
    const auto delay = retry_delay(retry, attempt, response);
    session_->log(LogRecord::Level::warning, "http_retry",
                  place(request) + ": again in " + text::decimal(delay.count()) + " ms");
    pause_ = loop_.at(Loop::Clock::now() + delay,
                      [self = shared_from_this(), request, attempt] { self->send(request, attempt + 1); });
    return;
  }
  // So that an error tells which exchange it was.
  if (response.status == 0) response.failure = place(request) + ": " + response.failure;
  arrive(std::move(response));
}

Result<HttpResponse> Call::keys(const std::string& url, const Value& header, bool anew) {
  KeyCache& cache = session_->keys();
  const auto question = [&](bool is_patient) {
    return KeyCache::Question{url, header, session_->environment().clock->now(), anew, is_patient, &loop_};
  };
  for (bool is_patient = true;;) {
    const auto look = once<KeyCache::Look>([&]() -> Result<KeyCache::Look> {
      auto found = cache.look(question(is_patient));
      if (found.flight != 0) keys_asked_ = {url, found.flight};
      return found;
    });
    if (look->answer) return *look->answer;
    if (look->flight != 0) break;
    const bool* has_ended = answered<bool>();
    if (!has_ended) return wait_for([&] { wait_for_keys(url); });
    is_patient = *has_ended;
  }
  auto answer = http({"GET", url, {{"Accept", "application/json"}}, {}});
  if (!answer) return answer;
  return once<HttpResponse>([&]() -> Result<HttpResponse> {
    const auto flight = std::exchange(keys_asked_, {}).flight;
    auto kept = cache.keep(question(true), flight, *answer, session_->environment().crypto);
    session_->log(kept.is_taken ? LogRecord::Level::debug : LogRecord::Level::warning,
                  kept.is_taken ? "keys_fetched" : "keys_not_taken", url);
    return std::move(kept.answer);
  });
}

// Until the call that asks for the keys has its answer, which it says on its own thread; or for a moment.
void Call::wait_for_keys(const std::string& url) {
  const auto is_over = std::make_shared<bool>(false);
  const auto go_on = [weak = weak_from_this(), is_over](bool has_ended) {
    const auto call = weak.lock();
    if (!call || std::exchange(*is_over, true)) return;
    call->loop_.cancel(call->pause_);
    call->arrive(std::any(has_ended));
  };
  pause_ = loop_.at(Loop::Clock::now() + keys_patience, [self = shared_from_this(), go_on] { go_on(false); });
  session_->keys().wait(url, [door = door_, go_on] { door->post([go_on] { go_on(true); }); });
}

void Call::leave_keys(const std::optional<Error>& error) {
  const auto asked = std::exchange(keys_asked_, {});
  if (asked.flight != 0)
    session_->keys().abandon(asked.url, asked.flight, error && error->code == "cancelled",
                             session_->environment().clock->now());
}

Result<std::string> Call::prepare_browse(BrowseOptions options) {
  return once<std::string>([&]() -> Result<std::string> {
    browse_ = std::move(options);
    // Other schemes come back through `handle_redirect`; plain HTTP is for this machine only.
    if (browse_.own_window || !browse_.redirect_uri.starts_with("http:")) return browse_.redirect_uri;
    auto opened = Loopback::open(browse_.redirect_uri);
    if (!opened) return std::move(opened).error();
    loopback_ = *std::move(opened);
    return loopback_->redirect_uri();
  });
}

Result<std::string> Call::browse(const std::string& url, const std::string& state) {
  if (const auto* known = answered<Result<std::string>>()) return *known;
  return wait_for([&] {
    browse_.state = state;
    open_browser(url);
  });
}

void Call::open_browser(const std::string& url) {
  const auto self = shared_from_this();
  // Whoever sees the redirect, on whatever thread; the first counts.
  const auto came = [weak = weak_from_this(), door = door_](Result<std::string> query) {
    door->post([weak, query = std::move(query)] {
      const auto call = weak.lock();
      if (!call || call->ended_ || call->browse_.redirect_uri.empty()) return;
      call->session_->log(LogRecord::Level::info, "login_redirect", "the redirect came");
      call->session_->forget_redirect(call->browse_.state);
      call->browse_.redirect_uri.clear();
      call->loopback_.reset();
      call->loop_.cancel(call->pause_);
      if (call->browse_.browser) call->browse_.browser->close();
      call->arrive(std::any(query));
    });
  };
  if (loopback_)
    loopback_->listen(loop_, browse_.state, [came](const std::string& query) { came(query); });
  else if (!browse_.state.empty())
    session_->await_redirect(browse_.state, [came](const std::string& q) { came(q); });
  const auto timeout = std::chrono::seconds(browse_.timeout_s);
  pause_ = loop_.at(Loop::Clock::now() + timeout, [came, timeout, weak = weak_from_this()] {
    const auto call = weak.lock();
    const bool saw_another = call && call->loopback_ && call->loopback_->saw_another();
    came(Error{"timeout",
               "Nobody finished the login within " + text::decimal(timeout.count()) + " seconds" +
                   (saw_another ? "; an answer came that is of another attempt: its `state` does not match" : ""),
               "login_timeout", 0, Fault::peer});
  });
  session_->log(LogRecord::Level::info, "login_begun", "the person is sent to " + url.substr(0, url.find('?')));
  const std::string redirect_uri = browse_.redirect_uri;
  auto opened = browse_.browser->open(
      {url, redirect_uri, [came, redirect_uri](Result<std::string> redirect) {
         if (!redirect) return came(redirect.error());
         const auto mark = redirect->find('?');
         if (!redirect->starts_with(redirect_uri) || mark == std::string::npos)
           return came(peer_error("invalid_response", "The window was sent to another place than redirect_uri",
                                  "redirect_elsewhere"));
         came(redirect->substr(mark + 1, redirect->find('#') - mark - 1));
       }});
  if (!opened) came(std::move(opened).error());
}

Status Call::sleep(std::chrono::milliseconds time) {
  if (answered<Unit>()) return ok();
  return wait_for(
      [&] { pause_ = loop_.at(Loop::Clock::now() + time, [self = shared_from_this()] { self->arrive(Unit{}); }); });
}

Status Call::lock(std::function<Result<std::shared_ptr<void>>()> take) {
  if (const auto* known = answered<Status>()) return *known;
  return wait_for([&] { try_lock(take); });
}

void Call::try_lock(const std::function<Result<std::shared_ptr<void>>()>& take) {
  auto taken = take();
  if (taken && !*taken) {
    pause_ = loop_.at(Loop::Clock::now() + lock_pause, [self = shared_from_this(), take] { self->try_lock(take); });
    return;
  }
  const Status outcome = taken ? ok() : Status(taken.error());
  if (taken) lock_ = *std::move(taken);
  loop_.post([self = shared_from_this(), outcome] { self->arrive(outcome); });
}

}  // namespace ostia::sdk
