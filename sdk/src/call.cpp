#include "call.hpp"

#include <curl/curl.h>

#include <ctime>
#include <exception>
#include <utility>

#include "dates.hpp"
#include "ostia/auth0/options.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::sdk {
namespace {

constexpr std::chrono::milliseconds usual_timeout{30'000};
constexpr std::chrono::milliseconds lock_pause{20};
constexpr std::chrono::seconds keys_patience{1};
constexpr std::int64_t longest_retry_after_s = 30;
constexpr std::int64_t longest_s =
    std::chrono::duration_cast<std::chrono::seconds>(std::chrono::milliseconds::max()).count();

// Where, for the log: never the query, which has codes and tokens.
std::string place(const HttpRequest& request) {
  return request.method + " " + request.url.substr(0, request.url.find_first_of("?#"));
}

bool may_be_retried(const HttpRequest& request, const HttpResponse& response) {
  if (!response.was_sent) return true;
  const int s = response.status;
  return request.method == "GET" && (s == 0 || s == 429 || s == 502 || s == 503 || s == 504);
}

// RFC 9110 section 10.2.3: seconds, or a date.
std::optional<std::int64_t> asked_delay_s(const HttpResponse& response) {
  const std::string text(find_header(response.headers, "retry-after"));
  if (const auto seconds = text::parse_int(text)) return seconds;
  const std::time_t at = curl_getdate(text.c_str(), nullptr);
  if (at < 0) return std::nullopt;
  const std::string date(find_header(response.headers, "date"));
  const std::time_t theirs = curl_getdate(date.c_str(), nullptr);  // so that no clock of ours has to be right
  return std::max<std::int64_t>(at - (theirs < 0 ? std::time(nullptr) : theirs), 0);
}

std::chrono::milliseconds retry_delay(const RetryOptions& retry, int attempt, const HttpResponse& response) {
  using std::chrono::milliseconds;
  const auto asked = asked_delay_s(response);
  if (asked && *asked >= 0 && *asked <= longest_retry_after_s) return std::chrono::seconds(*asked);
  const std::int64_t times = std::int64_t{1} << std::min(attempt, 10);
  const auto first = std::max(retry.first_delay, milliseconds(0));
  return first > milliseconds::max() / times ? milliseconds::max() : first * times;
}

Error loop_ended() { return Error{"cancelled", "The loop was told to end its calls", "cancelled", 0, Fault::caller}; }
Error called_off() { return Error{"cancelled", "The call was called off", "cancelled", 0, Fault::caller}; }
Error timed_out(const std::string& what) { return Error{"timeout", what, "timeout", 0, Fault::peer}; }

}  // namespace

Error moved_from() {
  return caller_error("invalid_option", "This object was moved from: what it was is in the other one now",
                      "moved_from");
}

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
  const auto self = shared_from_this();
  Inside::begin_call(
      loop_, this, [self] { self->guard([&] { self->begin(); }); }, [self] { self->call_off(loop_ended()); });
}

void Call::begin() {
  if (ended_) return;
  const auto timeout = options_.timeout.count() == 0 ? usual_timeout : options_.timeout;
  if (Inside::is_closing(loop_)) return call_off(loop_ended());
  if (options_.stop.stop_requested()) return call_off(called_off());
  if (timeout.count() < 0) return call_off(timed_out("The time for the call was over before it began"));
  set_deadline(timeout);
  on_stop_.emplace(options_.stop, [weak = weak_from_this(), door = door_] {
    door->post([weak] {
      if (const auto call = weak.lock()) call->call_off(called_off());
    });
  });
  run();
}

void Call::set_deadline(std::chrono::milliseconds time) {
  ends_at_ = after(time);
  deadline_ = loop_.at(ends_at_, [weak = weak_from_this()] {
    const auto call = weak.lock();
    if (!call) return;
    const auto given = call->options_.timeout.count() == 0 ? usual_timeout : call->options_.timeout;
    call->call_off(timed_out("The call took longer than " + text::decimal(given.count()) + " ms"));
  });
}

void Call::guard(const std::function<void()>& step) {
  const auto self = shared_from_this();
  std::string what;
  try {
    return step();
  } catch (const std::exception& e) {
    if (ended_) throw;  // out of the completion: the program's own
    what = e.what();
  } catch (...) {
    if (ended_) throw;
    what = "something that is no std::exception";
  }
  finish(
      Error{"callback_failed", "A function of the program's own threw: " + what, "callback_failed", 0, Fault::caller});
}

void Call::run() {
  const auto self = shared_from_this();
  waits_ = false;
  next_ = 0;
  is_running_ = true;
  try {
    operation_(*this);
  } catch (...) {
    is_running_ = false;
    throw;
  }
  is_running_ = false;
  if (ended_) operation_ = nullptr, answers_.clear();
  if (!waits_) finish({});
}

Error Call::wait_for(const std::function<void()>& begin) {
  waits_ = true;
  if (!is_over()) begin();
  return Error{};  // nobody reads it: the operation runs again
}

void Call::arrive(std::any answer) {
  if (is_over()) return;
  answers_.push_back(std::move(answer));
  guard([this] { run(); });
}

void Call::call_off(const Error& error) {
  if (!is_shielded_) finish(error);
}

// Whatever happens on the way, the completion is called; nothing of this or of the loop is touched after it, which may
// have destroyed both.
void Call::finish(std::optional<Error> error) {
  if (is_over()) return;
  ended_ = true;
  const auto self = shared_from_this();
  door_->close();
  std::exception_ptr thrown;
  try {
    abandon();
  } catch (...) {
    thrown = std::current_exception();
  }
  leave_keys(error);
  loop_.cancel(deadline_);
  on_stop_.reset();
  Inside::end_call(loop_, this);
  const Done done = std::move(done_);
  if (!is_running_) operation_ = nullptr;
  done(std::move(error));
  if (thrown) std::rethrow_exception(thrown);
}

void Call::abandon() {
  leave_gate();
  loop_.cancel(pause_);
  loopback_.reset();
  session_->forget_redirect(browse_.state);
  if (!is_running_) answers_.clear();  // a lock may be among them
  lock_.reset();
  if (abandon_exchange_) std::exchange(abandon_exchange_, nullptr)();
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
    queue(sent, 0);
  });
}

// Waits for a place among the loop's exchanges. The usual time is for the exchanges and not for waiting behind others;
// a time that the caller gave is for all of it.
void Call::queue(const HttpRequest& request, int attempt) {
  gate_ = Gate::of(loop_);
  const bool is_usual = options_.timeout.count() == 0;
  const auto left = ends_at_ - Loop::Clock::now();
  const bool is_free =
      gate_->ask(url::origin_of(request.url), ticket_, [weak = weak_from_this(), request, attempt, is_usual, left] {
        const auto self = weak.lock();
        if (!self || self->ended_) return;
        if (is_usual) self->set_deadline(std::chrono::duration_cast<std::chrono::milliseconds>(left));
        self->guard([&] { self->send(request, attempt); });
      });
  if (is_free) return send(request, attempt);
  if (is_usual) loop_.cancel(std::exchange(deadline_, 0));
}

void Call::leave_gate() {
  if (const auto gate = std::exchange(gate_, nullptr)) gate->leave(ticket_);
}

void Call::send(const HttpRequest& request, int attempt) {
  auto abandon = session_->environment().transport->start(
      loop_, request, [self = shared_from_this(), request, attempt](HttpResponse response) {
        self->abandon_exchange_ = nullptr;
        if (self->is_over()) return;
        self->leave_gate();
        self->guard([&] { self->received(request, attempt, std::move(response)); });
      });
  if (!ended_)
    abandon_exchange_ = std::move(abandon);
  else if (abandon)
    abandon();
}

void Call::received(const HttpRequest& request, int attempt, HttpResponse response) {
  const std::string outcome = response.status == 0 ? response.failure : text::decimal(response.status);
  session_->log(LogRecord::Level::info, "http", place(request) + ": " + outcome);
  const RetryOptions& retry = session_->environment().retry;
  if (attempt < retry.attempts && may_be_retried(request, response)) {
    const auto delay = retry_delay(retry, attempt, response);
    session_->log(LogRecord::Level::warning, "http_retry",
                  place(request) + ": again in " + text::decimal(delay.count()) + " ms");
    pause_ = loop_.at(after(delay), [self = shared_from_this(), request, attempt] {
      self->guard([&] { self->queue(request, attempt + 1); });
    });
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
      call->guard([&] { call->session_->log(LogRecord::Level::info, "login_redirect", "the redirect came"); });
      call->session_->forget_redirect(call->browse_.state);
      call->browse_.redirect_uri.clear();
      call->loopback_.reset();
      call->loop_.cancel(call->pause_);
      call->guard([&] {
        if (call->browse_.browser) call->browse_.browser->close();
      });
      call->arrive(std::any(query));
    });
  };
  if (loopback_)
    loopback_->listen(loop_, browse_.state, [came](const std::string& query) { came(query); });
  else if (!browse_.state.empty())
    session_->await_redirect(browse_.state, [came](const std::string& q) { came(q); });
  const std::chrono::seconds timeout(std::clamp<std::int64_t>(browse_.timeout_s, 0, longest_s));
  pause_ = loop_.at(after(timeout), [came, timeout, weak = weak_from_this()] {
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
  return wait_for([&] { pause_ = loop_.at(after(time), [self = shared_from_this()] { self->arrive(Unit{}); }); });
}

Status Call::lock(std::function<Result<std::shared_ptr<void>>()> take) {
  if (const auto* known = answered<Status>()) return *known;
  return wait_for([&] { try_lock(take); });
}

void Call::try_lock(const std::function<Result<std::shared_ptr<void>>()>& take) {
  auto taken = take();
  if (taken && !*taken) {
    pause_ =
        loop_.at(after(lock_pause), [self = shared_from_this(), take] { self->guard([&] { self->try_lock(take); }); });
    return;
  }
  const Status outcome = taken ? ok() : Status(taken.error());
  if (taken) lock_ = *std::move(taken);
  loop_.post([self = shared_from_this(), outcome] { self->arrive(outcome); });
}

}  // namespace ostia::sdk
