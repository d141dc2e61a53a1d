// Every call ends once, whatever is destroyed, thrown, cancelled or forked, and when.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <list>
#include <ostia/ostia.hpp>
#include <random>
#include <stdexcept>
#include <thread>

namespace ostia {
namespace {

using std::chrono::milliseconds;

HttpResponse profile(const HttpRequest& request) {
  HttpResponse r;
  r.status = 200;
  r.content_type = "application/json";
  r.body = "{\"sub\":\"" + request.headers.back().second + "\"}";
  return r;
}

// Answers in the next turn, or in a while, or never.
class LazyTransport final : public HttpTransport {
 public:
  std::function<milliseconds()> delay = [] { return milliseconds(0); };
  std::function<void()> start(Loop& loop, const HttpRequest& request, std::function<void(HttpResponse)> done) override {
    const milliseconds time = delay();
    if (time.count() < 0) return [] {};
    const auto timer = loop.at(Loop::Clock::now() + time, [done = std::move(done), r = profile(request)] { done(r); });
    return [&loop, timer] { loop.cancel(timer); };
  }
};

WebAuth on(Loop* loop, std::shared_ptr<HttpTransport> transport) {
  return WebAuth(
      {.domain = "tenant.example", .client_id = "c", .environment = {.transport = std::move(transport), .loop = loop}});
}

// What ends a call and how often.
struct Count {
  std::size_t begun = 0, ended = 0, cancelled = 0;
  std::function<void(const Result<UserProfile>&)> then;
  Task<UserProfile>::Completion one() {
    ++begun;
    return [this, is_ended = std::make_shared<bool>()](const Result<UserProfile>& r) {
      EXPECT_FALSE(std::exchange(*is_ended, true)) << "a completion was called twice";
      ++ended;
      if (!r && r.error().code == "cancelled") ++cancelled;
      if (const auto next = then) next(r);
    };
  }
};

const CallOptions for_ever{.timeout = milliseconds::max()};

std::shared_ptr<LazyTransport> silent() {
  auto transport = std::make_shared<LazyTransport>();
  transport->delay = [] { return milliseconds(-1); };
  return transport;
}

TEST(Ends, CancelCallsHasThoseThatHaveNotBegunYet) {
  Loop loop;
  auto auth = on(&loop, silent());
  Count count;
  for (int i = 0; i < 10; ++i) auth.client().async_user_info("t", for_ever).start(count.one());
  loop.cancel_calls();
  EXPECT_EQ(count.cancelled, 10U);
  EXPECT_EQ(loop.pending(), 0U);
}

TEST(Ends, ALoopThatGoesEndsWhatItHas) {
  Count count;
  count.then = [](const Result<UserProfile>&) {};
  {
    Loop loop;
    auto auth = on(&loop, silent());
    for (int i = 0; i < 10; ++i) auth.client().async_user_info("t", for_ever).start(count.one());
    loop.poll();
    for (int i = 0; i < 10; ++i) auth.client().async_user_info("t", for_ever).start(count.one());
  }
  EXPECT_EQ(count.cancelled, 20U);
}

TEST(Ends, ACallThatBeginsInACancelledCompletionEndsToo) {
  Count count;
  {
    LoopThread thread;
    const auto auth = std::make_shared<WebAuth>(on(&thread.loop(), silent()));
    count.then = [auth, &count, again = std::make_shared<int>(3)](const Result<UserProfile>&) {
      if ((*again)-- > 0) auth->client().async_user_info("t", for_ever).start(count.one());
    };
    auth->client().async_user_info("t", for_ever).start(count.one());
  }
  EXPECT_EQ(count.begun, 4U);
  EXPECT_EQ(count.ended, 4U);
  count.then = nullptr;
}

struct Alive {
  int& count;
  explicit Alive(int& c) : count(++c) {}
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --count; }
};

Task<int> ask_twice(WebAuth auth, int& alive, int& cancelled) {
  const Alive frame(alive);
  for (int i = 0; i < 2; ++i) {
    auto asking = auth.client().async_user_info("t", for_ever);
    const auto user = co_await std::move(asking);
    if (!user && user.error().code == "cancelled") ++cancelled;
  }
  co_return 1;
}

TEST(Ends, CoroutinesEndAndTheirFramesGo) {
  int alive = 0, cancelled = 0, ended = 0;
  {
    LoopThread thread;
    for (int i = 0; i < 10; ++i) {
      auto task = ask_twice(on(&thread.loop(), silent()), alive, cancelled);
      std::move(task).start(thread.loop(), [&](const Result<int>&) { ++ended; });
    }
  }
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(cancelled, 20);
  EXPECT_EQ(ended, 10);
}

TEST(Ends, AnOutcomeThatIsDroppedIsAnError) {
  std::string code;
  Task<int>([](Loop*, const Task<int>::Completion&) {}).start([&](const Result<int>& r) { code = r.error().reason; });
  EXPECT_EQ(code, "call_lost");
  EXPECT_EQ(Task<int>([](Loop*, const Task<int>::Completion&) {}).wait().error().reason, "call_lost");
  code.clear();
  {
    Loop loop;
    Task<int>([](Loop* to, const Task<int>::Completion& done) {
      to->at(Loop::Clock::time_point::max(), [done] { done(1); });
    }).start(loop, [&](const Result<int>& r) { code = r.error().reason; });
    loop.poll();
    EXPECT_EQ(code, "");
  }
  EXPECT_EQ(code, "call_lost");
}

// Each turn at most one exception leaves `poll`.
template <class Until>
int turns_that_threw(Loop& loop, const Until& until) {
  int thrown = 0;
  while (!until()) try {
      loop.wait(std::chrono::seconds(10));
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  return thrown;
}

TEST(Throws, LoseNothingOfTheOthers) {
  Loop loop;
  int posted = 0, timers = 0;
  const auto throwing = [](int& count) {
    return [&count] {
      ++count;
      throw std::runtime_error("no");
    };
  };
  for (int i = 0; i < 5; ++i) loop.post(throwing(posted));
  EXPECT_EQ(turns_that_threw(loop, [&] { return posted == 5; }), 5);
  for (int i = 0; i < 5; ++i) loop.at(Loop::Clock::now() + milliseconds(i % 2), throwing(timers));
  EXPECT_EQ(turns_that_threw(loop, [&] { return timers == 5; }), 5);

  Count count;
  auto transport = std::make_shared<LazyTransport>();
  auto auth = on(&loop, transport);
  count.then = [](const Result<UserProfile>&) { throw std::runtime_error("no"); };
  for (int i = 0; i < 5; ++i) auth.client().async_user_info("t").start(count.one());
  EXPECT_EQ(turns_that_threw(loop, [&] { return loop.pending() == 0; }), 5);
  EXPECT_EQ(count.ended, 5U);
  for (int i = 0; i < 5; ++i) auth.client().async_user_info("t").start(count.one());
  EXPECT_THROW(loop.cancel_calls(), std::runtime_error);
  EXPECT_EQ(count.cancelled, 5U);
}

Task<int> throwing_coroutine() {
  throw std::runtime_error("in the middle");
  co_return 1;
}

TEST(Throws, AreTheOutcomeWhereTheyComeFromTheMiddleOfACall) {
  EXPECT_NE(throwing_coroutine().wait().error().description.find("in the middle"), std::string::npos);
  WebAuth auth({.domain = "tenant.example",
                .client_id = "c",
                .environment = {.transport = std::make_shared<LazyTransport>(),
                                .log = [](const LogRecord&) { throw std::runtime_error("disk full"); }}});
  const auto user = auth.client().user_info("t");
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().reason, "callback_failed");
  EXPECT_NE(user.error().description.find("disk full"), std::string::npos);
}

TEST(Throws, OutOfACompletionPassThroughCoroutines) {
  Loop loop;
  int alive = 0, cancelled = 0;
  auto task = ask_twice(on(&loop, std::make_shared<LazyTransport>()), alive, cancelled);
  bool is_ended = false;
  std::move(task).start(loop, [&](const Result<int>&) {
    is_ended = true;
    throw std::runtime_error("no");
  });
  EXPECT_EQ(turns_that_threw(loop, [&] { return is_ended; }), 1);
  EXPECT_EQ(alive, 0);
}

TEST(Destroyed, InItsOwnCompletion) {
  for (const bool by_thread : {false, true}) {
    Count count;
    auto thread = std::make_unique<LoopThread>();
    auto loop = std::make_unique<Loop>();
    auto auth = on(by_thread ? &thread->loop() : loop.get(), std::make_shared<LazyTransport>());
    std::atomic<bool> is_gone = false;
    std::atomic<int> ended = 0;
    Loop* const raw = loop.get();
    for (int i = 0; i < 4; ++i)
      auth.client().async_user_info("t", for_ever).start([&](const Result<UserProfile>&) {
        if (by_thread && thread) {
          auto* const last = thread.release();
          delete last;
        } else if (loop) {
          loop.reset();
        }
        if (++ended == 4) is_gone = true;
      });
    if (!by_thread) raw->run();
    while (!is_gone) std::this_thread::yield();
    EXPECT_EQ(ended, 4);
  }
}

TEST(Durations, OfAnyLength) {
  auto auth = on(nullptr, std::make_shared<LazyTransport>());
  for (const milliseconds time : {milliseconds::max(), milliseconds(std::chrono::hours(24 * 365 * 300)),
                                  milliseconds(std::chrono::hours(24 * 365 * 290)), milliseconds(60'000)})
    EXPECT_TRUE(auth.client().user_info("t", {.timeout = time})) << time.count();
  for (const milliseconds time : {milliseconds(-1), milliseconds::min()})
    EXPECT_EQ(auth.client().user_info("t", {.timeout = time}).error().code, "timeout") << time.count();
  Loop loop;
  for (const milliseconds time : {milliseconds(0), milliseconds(-1), milliseconds::min()}) loop.wait(time);
  bool has_run = false;
  loop.at(Loop::Clock::time_point::max(), [&] { has_run = true; });
  loop.poll();
  EXPECT_FALSE(has_run);
  loop.at(Loop::Clock::time_point::min(), [&] { has_run = true; });
  loop.wait(milliseconds::max());
  EXPECT_TRUE(has_run);
  auto hasty = on(nullptr, silent());
  for (const std::int64_t seconds : {std::int64_t{1} << 40, std::numeric_limits<std::int64_t>::max()}) {
    AuthorizeOptions options{.redirect_uri = "com.example.app:/cb", .timeout_s = seconds};
    options.open_url = [](const std::string&) { return false; };
    EXPECT_EQ(hasty.authorize(options).error().reason, "invalid_option");  // an hour is the most
  }
}

TEST(Retries, WaitAsLongAsTheyAreAskedTo) {
  class Busy final : public BlockingHttpTransport {
   public:
    std::vector<Loop::Clock::time_point> times;
    HttpResponse send(const HttpRequest& request) override {
      times.push_back(Loop::Clock::now());
      if (times.size() > 1) return profile(request);
      HttpResponse r;
      r.status = 503;
      r.headers = {{"Date", "Mon, 30 Nov 2026 10:00:00 GMT"}, {"Retry-After", "Mon, 30 Nov 2026 10:00:01 GMT"}};
      return r;
    }
  };
  const auto transport = std::make_shared<Busy>();
  for (const milliseconds first : {milliseconds(0), milliseconds::max(), milliseconds::min()}) {
    transport->times.clear();
    WebAuth auth({.domain = "tenant.example",
                  .client_id = "c",
                  .environment = {.transport = transport, .retry = {.attempts = 1, .first_delay = first}}});
    ASSERT_TRUE(auth.client().user_info("t"));
    EXPECT_GE(transport->times[1] - transport->times[0], milliseconds(1000));
  }
}

TEST(MovedFrom, ObjectsAnswerWithAnError) {
  WebAuth auth = on(nullptr, std::make_shared<LazyTransport>());
  const WebAuth taken = std::move(auth);
  // NOLINTBEGIN(bugprone-use-after-move): what this is about
  EXPECT_EQ(auth.client().user_info("t").error().reason, "moved_from");
  EXPECT_EQ(auth.authorize().error().reason, "moved_from");
  EXPECT_EQ(auth.login({.username = "a", .password = "p", .realm = "r"}).error().fault, Fault::caller);
  EXPECT_EQ(auth.signup_and_login({.email = "a", .password = "p", .connection = "c"}).error().reason, "moved_from");
  EXPECT_EQ(auth.client().build_logout_url().error().reason, "moved_from");
  EXPECT_EQ(auth.popup().authorize().error().reason, "moved_from");
  EXPECT_EQ(auth.device().start().error().reason, "moved_from");
  EXPECT_EQ(auth.mfa().authenticators("m").error().reason, "moved_from");
  EXPECT_FALSE(auth.handle_redirect("a:/?state=x"));
  Management management({.domain = "tenant.example", .token = "t"});
  const Management other = std::move(management);
  EXPECT_EQ(management.get_user("u").error().reason, "moved_from");
  Credentials credentials(taken, {.storage = memory_storage()});
  const Credentials theirs = std::move(credentials);
  EXPECT_EQ(credentials.get().error().reason, "nothing_kept");  // copies share what they are
  EXPECT_TRUE(credentials.user() && credentials.kept() && theirs.kept());
  TokenVerifier verifier({.domain = "tenant.example", .audience = "a"});
  const TokenVerifier used = std::move(verifier);
  EXPECT_EQ(verifier.verify("x").error().code, "invalid_token");
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_TRUE(WebAuth(taken).client().user_info("t"));
}

TEST(Misuse, OfATask) {
  auto auth = on(nullptr, std::make_shared<LazyTransport>());
  auto task = auth.client().async_user_info("t");
  EXPECT_TRUE(std::move(task).wait());
#ifdef NDEBUG
  EXPECT_EQ(std::move(task).wait().error().reason, "task_used");  // NOLINT(bugprone-use-after-move)
  std::string reason;
  std::move(task).start([&](const Result<UserProfile>& r) { reason = r.error().reason; });
  EXPECT_EQ(reason, "task_used");
#else
  EXPECT_DEATH(static_cast<void>(std::move(task).wait()), "second time");
#endif
}

// A child process in which nothing of gtest's goes on.
template <class Child>
pid_t in_a_child(const Child& child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child() ? 0 : 1);
  return pid;
}
bool went_well(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Forked, LoopsBeginAnewInTheChild) {
  Loop loop;
  LoopThread thread;
  Count count;
  auto transport = std::make_shared<LazyTransport>();
  auto auth = on(&loop, transport), threaded = on(&thread.loop(), transport);
  EXPECT_TRUE(auth.client().user_info("warm"));
  transport->delay = [] { return milliseconds(20); };
  for (int i = 0; i < 5; ++i) auth.client().async_user_info("t").start(count.one());
  loop.poll();
  const int descriptor = loop.descriptor();
  const pid_t child = in_a_child([&] {
    if (loop.pending() != 0 || loop.descriptor() != descriptor) return false;
    const std::size_t before = count.ended;
    auth.client().async_user_info("t").start(count.one());
    loop.run();
    if (count.ended != before + 1 || !auth.client().user_info("t")) return false;
    std::atomic<bool> is_done = false;
    threaded.client().async_user_info("t").start([&](const Result<UserProfile>& r) { is_done = r.has_value(); });
    while (!is_done) std::this_thread::yield();
    {
      const LoopThread another;
    }
    return true;
  });
  loop.run();
  EXPECT_EQ(count.ended, 5U);
  EXPECT_TRUE(went_well(child));
  EXPECT_TRUE(went_well(in_a_child([] {
    {
      const Loop unused;
    }
    Loop::shared().poll();
    return true;
  })));
}

TEST(Forked, AnInheritedLoopMayBeDestroyedUnused) {
  auto loop = std::make_unique<Loop>();
  auto thread = std::make_unique<LoopThread>();
  Count count;
  auto auth = on(loop.get(), silent());
  for (int i = 0; i < 5; ++i) auth.client().async_user_info("t").start(count.one());
  loop->poll();
  EXPECT_TRUE(went_well(in_a_child([&] {
    loop.reset();
    thread.reset();
    return count.ended == 0;  // they are the parent's
  })));
  loop.reset();
  EXPECT_EQ(count.ended, 5U);
}

// What another thread held at that moment nobody would let go of in the child.
TEST(Forked, WhileOtherThreadsHoldWhatIsShared) {
  const auto storage = memory_storage();
  const std::string large(1 << 16, 'x');
  const auto crypto = openssl_crypto();
  TokenVerifier verifier({.domain = "http://127.0.0.1:9", .audience = "a"});
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!is_over) (void)storage->save("a", large), (void)verifier.verify("a.b.c");
    });
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(went_well(in_a_child([&] {
      alarm(60);
      return storage->save("b", large) && !verifier.verify("a.b.c");
    })));
  }
  is_over = true;
  for (auto& thread : threads) thread.join();
}

// A lock is its process's, and no child's that lives on.
TEST(Forked, ALockGoesWithWhoeverTookIt) {
  const auto folder = std::filesystem::temp_directory_path() / ("ostia-lock-" + std::to_string(getpid()));
  const auto storage = file_storage({.directory = folder.string(), .passphrase = "p"});
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  EXPECT_TRUE(went_well(in_a_child([&] {
    const auto lock = storage->try_lock("a");
    if (fork() == 0) {
      close(ends[1]);
      char byte = 0;
      _exit(static_cast<int>(read(ends[0], &byte, 1)));
    }
    return lock && *lock;
  })));
  const auto lock = storage->try_lock("a");
  EXPECT_TRUE(lock && *lock);
  close(ends[0]);
  close(ends[1]);
  std::filesystem::remove_all(folder);
}

TEST(Forked, InTheMiddleOfACallTheChildHasNone) {
  pid_t child = -1;
  bool is_child = false;
  WebAuth auth({.domain = "tenant.example",
                .client_id = "c",
                .environment = {.transport = std::make_shared<LazyTransport>(), .log = [&](const LogRecord&) {
                                  if (child >= 0) return;
                                  child = fork();
                                  is_child = child == 0;
                                }}});
  const auto user = auth.client().user_info("t");
  if (is_child) _exit(!user && user.error().reason == "call_lost" && auth.client().user_info("t") ? 0 : 1);
  EXPECT_TRUE(user);
  EXPECT_TRUE(went_well(child));
}

// Whatever happens in whatever order. A failure names its seed.
class Invented {
 public:
  explicit Invented(unsigned seed) : random_(seed) {
    transport_->delay = [this] {
      const int kind = pick(10);
      return milliseconds(kind < 3 ? 0 : kind < 6 ? 1 : kind < 8 ? 3 : -1);
    };
    count_.then = [this](const Result<UserProfile>&) { in_completion(); };
  }

  void run() {
    loop_ = std::make_unique<Loop>();
    for (int step = 0; step < 60; ++step) act();
    calm_ = true;
    loop_.reset();
    EXPECT_EQ(count_.begun, count_.ended);
    EXPECT_EQ(alive_, 0);
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void start() {
    auto auth = on(loop_.get(), transport_);
    const CallOptions options{.timeout = milliseconds(pick(4) - 1), .stop = stop_.get_token()};
    if (pick(3) == 0) {
      auto task = ask_twice(auth, alive_, cancelled_);
      ++count_.begun;
      std::move(task).start(*loop_, [this](const Result<int>&) {
        ++count_.ended;
        in_completion();
      });
    } else {
      auth.client().async_user_info("t", options).start(count_.one());
    }
  }

  void in_completion() {
    if (calm_ || depth_ > 3) return;
    ++depth_;
    const auto leave = std::shared_ptr<void>(nullptr, [this](void*) { --depth_; });
    switch (pick(12)) {
      case 0: throw std::runtime_error("invented");
      case 1: return start();
      case 2: return loop_->poll();
      case 3: return loop_->wait(milliseconds(1));
      case 4: return loop_->cancel_calls();
      case 5: return anew();
      case 6: static_cast<void>(on(nullptr, std::make_shared<LazyTransport>()).client().user_info("nested")); return;
      default: return;
    }
  }

  void anew() { const auto old = std::exchange(loop_, std::make_unique<Loop>()); }

  void act() {
    try {
      switch (pick(12)) {
        case 0: loop_->cancel_calls(); break;
        case 1:
          stop_.request_stop();
          stop_ = {};
          break;
        case 2: loop_->post([this] { in_completion(); }); break;
        case 3: loop_->at(Loop::Clock::now() + milliseconds(pick(3)), [this] { in_completion(); }); break;
        case 4:
          if (pick(4) == 0) anew();
          break;
        case 5:
          if (pick(10) == 0) {
            EXPECT_TRUE(went_well(in_a_child([this] { return child(); })));
          }
          break;
        case 6:
        case 7: loop_->wait(milliseconds(2)); break;
        default: start();
      }
    } catch (const std::runtime_error&) {
      return;
    }
  }

  // The parent's calls do not end here; new ones do.
  bool child() {
    const std::size_t before = count_.ended;
    calm_ = true;
    if (loop_->pending() != 0) return false;
    transport_->delay = [] { return milliseconds(0); };
    on(loop_.get(), transport_).client().async_user_info("t").start(count_.one());
    loop_->run();
    loop_.reset();
    return count_.ended == before + 1;
  }

  std::mt19937 random_;
  std::shared_ptr<LazyTransport> transport_ = std::make_shared<LazyTransport>();
  std::stop_source stop_;
  Count count_;
  bool calm_ = false;
  int depth_ = 0, alive_ = 0, cancelled_ = 0;
  std::unique_ptr<Loop> loop_;
};

TEST(Ends, InventedSequences) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Invented(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace ostia
