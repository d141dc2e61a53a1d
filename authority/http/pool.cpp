// All calls of the pool, on one thread of libcurl's multi interface.
#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "http/breaker.hpp"
#include "http/client.hpp"
#include "http/exchange.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Done = std::function<void(Result<HttpAnswer>)>;
using namespace std::chrono_literals;

constexpr std::size_t most_under_way = 64, most_waiting = 256;  // of one destination
constexpr std::size_t most_in_all = 2048, most_destinations = 1024;
// A call that had less time than this because what it is part of had used it up says nothing of the destination.
constexpr auto fair = 3s;

struct CloseMulti {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
using Multi = std::unique_ptr<CURLM, CloseMulti>;

Error refused(std::string what, const char* reason) {
  return {"temporarily_unavailable", std::move(what), reason, 503, Fault::ours};
}

Error pool_full() { return refused("Too many calls to other servers at this moment", "pool_full"); }

Error busy(const std::string& destination) {
  return refused("Too many calls to " + destination + " wait for its answers at this moment", "destination_busy");
}

Error resting(const std::string& destination) {
  return refused(destination + " has not answered lately; it is asked again in a moment", "destination_resting");
}

Error too_late(const std::string& destination) {
  return {"unreachable", destination + ": the time for it is over", "unreachable", 0, Fault::peer};
}

// From when on a call has used up its patience.
Clock::time_point end_of(const HttpCall& call, Clock::time_point now) {
  const auto own = now + std::chrono::seconds(call.timeout);
  return call.until ? std::min(own, *call.until) : own;
}

}  // namespace

class HttpPool::Engine {
 public:
  explicit Engine(const Egress& egress) : egress_(egress), multi_(curl_multi_init()), thread_([this] { run(); }) {}
  ~Engine() {
    is_stopping_ = true;
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void send(HttpCall call, Done done) {
    if (++in_all_ > most_in_all) {
      --in_all_;
      return done(pool_full());
    }
    const auto until = end_of(call, Clock::now());
    {
      const std::lock_guard lock(mutex_);
      arrived_.push_back({std::move(call), std::move(done), until});
    }
    curl_multi_wakeup(multi_.get());
  }

 private:
  struct Waiting {
    HttpCall call;
    Done done;
    Clock::time_point until;
  };
  struct Destination {
    std::deque<Waiting> waiting;
    std::size_t under_way = 0;
    Breaker breaker;
  };
  struct UnderWay {
    std::unique_ptr<Exchange> exchange;
    Done done;
    std::string to;
    bool is_fair = true;  ///< it had the time that a destination must be given
  };

  void run() {
    while (!is_stopping_) {
      run_guarded("http_pool", [this] { turn(); });
      curl_multi_poll(multi_.get(), nullptr, 0, wait_ms(), nullptr);
    }
    for (auto& [handle, one] : under_way_) {
      curl_multi_remove_handle(multi_.get(), handle);
      answer(one.done, pool_full());
    }
    for (auto& [to, destination] : destinations_)
      for (auto& one : destination.waiting) answer(one.done, pool_full());
    const std::lock_guard lock(mutex_);
    for (auto& one : arrived_) answer(one.done, pool_full());
  }

  void turn() {
    take_arrived();
    int going = 0;
    curl_multi_perform(multi_.get(), &going);
    take_finished();
    for (auto& [to, destination] : destinations_) advance(to, destination);
    forget_some();
  }

  void take_arrived() {
    std::deque<Waiting> arrived;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
    }
    for (auto& one : arrived) {
      const std::string to = destination_of(one.call.url);
      if (auto checked = check_call(one.call); !checked) {
        answer(one.done, std::move(checked).error());
      } else if (auto& destination = destinations_[to]; destination.waiting.size() < most_waiting) {
        destination.waiting.push_back(std::move(one));
        advance(to, destination);
      } else {
        answer(one.done, busy(to));
      }
    }
  }

  // Those whose time is over are told so, those that may begin do.
  void advance(const std::string& to, Destination& destination) {
    const auto now = Clock::now();
    auto& waiting = destination.waiting;
    while (!waiting.empty()) {
      const bool is_late = waiting.front().until <= now, is_admitted = destination.breaker.admits(now);
      if (!is_late && is_admitted && destination.under_way >= most_under_way) return;
      Waiting next = std::move(waiting.front());
      waiting.pop_front();
      if (is_late)
        answer(next.done, too_late(to));
      else if (!is_admitted)
        answer(next.done, resting(to));
      else
        begin(to, destination, std::move(next), now);
    }
  }

  void begin(const std::string& to, Destination& destination, Waiting next, Clock::time_point now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next.until - now);
    const auto connecting = std::min<std::chrono::milliseconds>(std::chrono::seconds(next.call.connect_timeout), left);
    auto exchange = std::make_unique<Exchange>(std::move(next.call), egress_);
    CURL* handle = exchange->handle();
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connecting.count()));
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);  // each is looked at by the policy
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs must not be waited for
    destination.breaker.begin(now);
    ++destination.under_way;
    under_way_[handle] = {std::move(exchange), std::move(next.done), to, left >= fair};
    curl_multi_add_handle(multi_.get(), handle);
  }

  void take_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* handle = message->easy_handle;
      const CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_.get(), handle);
      auto over = under_way_.extract(handle);
      UnderWay& one = over.mapped();
      auto& destination = destinations_[one.to];
      --destination.under_way;
      auto result = one.exchange->result(code);
      judge(one, destination.breaker, result);
      answer(one.done, std::move(result));
    }
  }

  // Only silence is held against a destination: whoever sends it nonsense could make others be refused otherwise.
  static void judge(const UnderWay& one, Breaker& breaker, const Result<HttpAnswer>& result) {
    const bool was_resting = breaker.is_resting();
    if (result || one.exchange->has_answered())
      breaker.succeed();
    else if (result.error().reason == "unreachable" && one.is_fair)
      breaker.fail(Clock::now());
    else
      breaker.forget();
    if (was_resting == breaker.is_resting()) return;
    log_event(was_resting ? "info" : "warning", was_resting ? "destination_back" : "destination_resting",
              {{"destination", one.to}, {"what", result ? "it answers" : result.error().description}});
  }

  void answer(Done& done, Result<HttpAnswer> result) {
    --in_all_;
    std::exchange(done, nullptr)(std::move(result));
  }

  // Destinations come from the tenant's documents, and go with them.
  void forget_some() {
    const bool is_crowded = destinations_.size() > most_destinations;
    std::erase_if(destinations_, [&](const auto& entry) {
      const Destination& d = entry.second;
      return d.waiting.empty() && d.under_way == 0 && (is_crowded || d.breaker.is_new());
    });
  }

  // Until somebody's time is over; libcurl knows its own calls'.
  int wait_ms() const {
    auto until = Clock::now() + 1s;
    for (const auto& [to, destination] : destinations_)
      for (const auto& one : destination.waiting) until = std::min(until, one.until);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
  }

  const Egress& egress_;
  Multi multi_;
  std::mutex mutex_;
  std::deque<Waiting> arrived_;
  std::atomic<std::size_t> in_all_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::map<std::string, Destination> destinations_;  // these two are the thread's
  std::map<CURL*, UnderWay> under_way_;
  std::thread thread_;
};

HttpPool::HttpPool(const Egress& egress) : engine_(std::make_unique<Engine>(egress)) {}
HttpPool::~HttpPool() = default;

asio::awaitable<Result<HttpAnswer>> HttpPool::send(HttpCall call) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Result<HttpAnswer>)>(
      [&](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        engine_->send(std::move(call), [shared, executor](Result<HttpAnswer> result) {
          asio::post(executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
        });
      },
      asio::use_awaitable);
}

std::string destination_of(const std::string& url) {
  const curl::Url parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  return curl::origin_of(parsed.get());
}

}  // namespace ostia::authority
