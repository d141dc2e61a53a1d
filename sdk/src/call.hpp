// One call under way: an operation of the core with a host that cannot wait. What the operation asks is begun on the
// loop; the operation ends, and runs again with the answers so far (docs/decisions/0006, as in a page).
#pragma once

#include <any>
#include <mutex>
#include <optional>

#include "convert.hpp"
#include "fork_safe_mutex.hpp"
#include "gate.hpp"
#include "inside.hpp"
#include "loopback.hpp"
#include "ostia/engine/host.hpp"
#include "ostia/storage.hpp"
#include "ostia/task.hpp"
#include "session.hpp"

namespace ostia::sdk {

/// How a login reaches the person.
struct BrowseOptions {
  std::shared_ptr<Browser> browser;
  std::string redirect_uri;
  std::string state;
  bool own_window = false;  ///< no listener: the browser itself sees the redirect
  std::int64_t timeout_s = 300;
};

/// The way to a call's loop for who may come late, from any thread: closed when the call ends, for then the loop may
/// go.
class Door {
 public:
  explicit Door(Loop& loop) : loop_(&loop) {}
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (loop_) loop_->post(std::move(task));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  ForkSafeMutex mutex_;
  Loop* loop_;
};

class Call final : public Host, public std::enable_shared_from_this<Call> {
 public:
  using Operation = std::function<void(Call&)>;
  using Done = std::function<void(std::optional<Error>)>;

  Call(std::shared_ptr<Session> session, Loop& loop, Operation operation, CallOptions options, Done done);
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// From any thread; the rest happens on the loop's.
  void start();
  /// Whether the operation ended for want of an answer; then its result is nothing.
  [[nodiscard]] bool waits() const { return waits_; }
  Session& session() { return *session_; }

  Result<std::int64_t> now() override;
  Result<std::string> date(std::int64_t seconds) override;
  Result<std::string> random(int count) override;
  Result<std::string> sha256(const std::string& text) override;
  Result<std::string> digest(int bits, const std::string& text) override;
  Result<std::string> sign(const std::string& algorithm, const Value& key, const std::string& input) override;
  Result<bool> verify(const char* algorithm, const Value& key, const std::string& input,
                      const std::string& signature) override;
  Status put(const std::string& key, const Value& value, double minutes) override;
  Result<Value> get(const std::string& key) override;
  Status remove(const std::string& key) override;
  Result<HttpResponse> http(const HttpRequest& request) override;
  Result<HttpResponse> keys(const std::string& url, const Value& header, bool anew) override;
  Result<std::string> browse(const std::string& url, const std::string& state) override;

  // Beyond the core.

  /// Opens the listener for a loopback redirect URI; the URI with its port. Where `browse` waits is settled with it.
  Result<std::string> prepare_browse(BrowseOptions options);
  Status sleep(std::chrono::milliseconds time);
  /// Waits until `take` gives a lock (null: somebody else has it), and holds that until the call ends.
  Status lock(std::function<Result<std::shared_ptr<void>>()> take);
  /// From here on the call is not called off, by its own options, by `cancel_calls` or by the end of its loop, which
  /// waits for it: what it asks for must not get lost half-way. Its exchanges are bounded by the transport.
  void shield() { is_shielded_ = true; }
  /// From here on what is posted to the authority says that it is the request of this name (`Idempotency-Key`).
  void name_request(std::string name) { request_name_ = std::move(name); }
  /// Does `what` once, whatever number of times the operation runs.
  template <class T>
  Result<T> once(const std::function<Result<T>()>& what) {
    if (const auto* known = answered<Result<T>>()) return *known;
    return keep(what());
  }

 private:
  using Timer = Loop::Timer;

  /// The next answer of an earlier run, if there is one.
  template <class T>
  const T* answered() {
    return next_ < answers_.size() ? std::any_cast<T>(&answers_[next_++]) : nullptr;
  }
  template <class T>
  T keep(T answer) {
    answers_.emplace_back(answer);
    ++next_;
    return answer;
  }
  /// Ends this run; `begin` has the answer arrive later.
  Error wait_for(const std::function<void()>& begin);
  void arrive(std::any answer);
  void begin();
  void run();
  /// Does `step`; where a function of the program's own throws in it, that is the call's outcome.
  void guard(const std::function<void()>& step);
  void finish(std::optional<Error> error);
  void call_off(const Error& error);
  void abandon();

  void queue(const HttpRequest& request, int attempt);
  void send(const HttpRequest& request, int attempt);
  void leave_gate();
  void set_deadline(std::chrono::milliseconds time);
  void received(const HttpRequest& request, int attempt, HttpResponse response);
  void open_browser(const std::string& url);
  void try_lock(const std::function<Result<std::shared_ptr<void>>()>& take);
  void wait_for_keys(const std::string& url);
  void leave_keys(const std::optional<Error>& error);

  std::shared_ptr<Session> session_;
  Loop& loop_;
  Operation operation_;
  CallOptions options_;
  Done done_;
  std::vector<std::any> answers_;
  std::size_t next_ = 0;
  bool waits_ = false;
  /// In a child of the process that began it, where it goes on and ends; here, nothing more.
  [[nodiscard]] bool is_inherited() const { return born_ != process_generation(); }
  [[nodiscard]] bool is_over() const { return ended_ || is_inherited(); }

  const unsigned born_ = process_generation();
  bool ended_ = false;
  bool is_running_ = false;
  bool is_shielded_ = false;
  std::shared_ptr<Door> door_;

  std::function<void()> abandon_exchange_;
  std::shared_ptr<Gate> gate_;
  Gate::Ticket ticket_ = 0;
  Timer pause_ = 0, deadline_ = 0;
  Loop::Clock::time_point ends_at_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  struct KeysAsked {
    std::string url;
    KeyCache::Flight flight = 0;
  };
  KeysAsked keys_asked_;  // while nobody else asks for them
  BrowseOptions browse_;
  std::unique_ptr<Loopback> loopback_;
  std::shared_ptr<void> lock_;
  std::string request_name_;
};

/// What every call of an object answers whose state was moved to another.
Error moved_from();

/// A task whose call runs `operation`, which asks its `Call` as any operation of the core asks its host.
template <class T>
Task<T> make_task(std::shared_ptr<Session> session, CallOptions options, std::function<Result<T>(Call&)> operation) {
  return Task<T>([session = std::move(session), options = std::move(options), operation = std::move(operation)](
                     Loop* loop, typename Task<T>::Completion done) {
    if (!session) return done(moved_from());
    const auto result = std::make_shared<std::optional<Result<T>>>();
    std::make_shared<Call>(
        session, loop ? *loop : session->loop(),
        [operation, result](Call& call) {
          Result<T> r = operation(call);
          if (!call.waits()) result->emplace(std::move(r));
        },
        options,
        [result, done = std::move(done)](std::optional<Error> error) {
          done(error ? Result<T>(*std::move(error)) : *std::move(*result));
        })
        ->start();
  });
}

/// A caller's mistake with the option as this SDK spells it: the core has the page's names.
Error in_our_names(Error error);

/// The same for an operation that needs good options: with wrong ones the task gives the error that says so.
template <class T>
Task<T> with_base(std::shared_ptr<Session> session, CallOptions options,
                  std::function<Result<T>(Call&, const Value& base)> operation) {
  return make_task<T>(session, std::move(options),
                      [session, operation = std::move(operation)](Call& call) -> Result<T> {
                        if (!session->base()) return session->base().error();
                        Result<T> result = operation(call, *session->base());
                        if (!result) return in_our_names(std::move(result).error());
                        return result;
                      });
}

/// An operation's value as the public type.
template <class T>
Result<T> converted(Result<Value> result, T (*convert)(Value)) {
  if (!result) return std::move(result).error();
  return convert(*std::move(result));
}
inline Result<AuthResult> tokens(Result<Value> result) {
  if (!result) return std::move(result).error();
  return to_auth_result(*result);
}

}  // namespace ostia::sdk
