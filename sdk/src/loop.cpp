#include "ostia/loop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "inside.hpp"
#include "ostia/task.hpp"

namespace ostia {
namespace {

constexpr std::chrono::hours long_wait{1};

std::atomic<unsigned> generation = 0;

// Held while a loop begins anew, and while the process forks, so that no child finds it held by a thread that it lacks.
std::mutex& renewal() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

void watch_forks() {
  static const int watched = pthread_atfork([] { renewal().lock(); }, [] { renewal().unlock(); },
                                            [] {
                                              ++generation;
                                              renewal().unlock();
                                            });
  static_cast<void>(watched);
}

// What a child process has of its parent's and must neither use nor destroy: a TLS connection would be ended for both.
template <class T>
void keep_for_ever(T inherited) {
  struct Node {
    T value;
    Node* next;
  };
  static std::atomic<Node*> kept = nullptr;
  auto* node = new Node{std::move(inherited), nullptr};
  node->next = kept.exchange(node);
}

// A program may have closed what it inherited, and have something of its own under that number.
bool is_still(int descriptor, std::string_view kind) {
  std::array<char, 64> name{};
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = readlink(path.c_str(), name.data(), name.size());
  return size > 0 && std::string_view(name.data(), static_cast<std::size_t>(size)) == kind;
}

std::exception_ptr thrown_by(const std::function<void()>& task) {
  try {
    task();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

timespec to_timespec(Loop::Clock::duration d) {
  const auto ns = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(d).count(), 1);
  return {ns / 1'000'000'000, ns % 1'000'000'000};
}

}  // namespace

// One epoll set holds everything that can wake the loop, so that its own descriptor stands for all of it. It outlives a
// loop that is destroyed within its own `poll`.
struct Loop::Impl {
  const unsigned born = generation;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

  std::mutex mutex;  // guards `posted` and `calls`
  std::deque<std::function<void()>> posted;
  std::map<const void*, std::function<void()>> calls;  // how each is called off

  std::map<int, std::function<void(std::uint32_t)>> watched;
  std::map<std::pair<Clock::time_point, Timer>, std::function<void()>> timers;
  Timer last_timer = 0;
  std::map<Timer, Clock::time_point> timer_times;
  std::atomic<std::size_t> pending = 0;
  std::atomic<bool> is_closing = false;
  bool is_ended = false;
  std::map<const void*, std::shared_ptr<void>> attachments;
  std::vector<std::function<void()>> when_forked;
  std::function<void()> renewed;

  Impl() {
    add(wake, EPOLLIN);
    add(timer, EPOLLIN);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    for (const int fd : {epoll, wake, timer}) close(fd);
  }

  /// Whether there is nothing more to do here: the loop was destroyed, or this is a child of the process that it is of.
  [[nodiscard]] bool is_gone() const { return is_ended || born != generation; }

  void add(int fd, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  }

  void arm() const {
    itimerspec when{};
    const auto first = timers.empty() ? Clock::time_point::max() : timers.begin()->first.first;
    const auto now = Clock::now();
    if (first != Clock::time_point::max()) when.it_value = to_timespec(first <= now ? Clock::duration(0) : first - now);
    timerfd_settime(timer, 0, &when, nullptr);
  }

  void drain(int fd) const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(fd, &count, sizeof count);
  }

  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = write(wake, &one, sizeof one);
  }

  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex);
    posted.push_back(std::move(task));
    ring();
  }

  std::function<void()> take_posted() {
    const std::lock_guard lock(mutex);
    if (posted.empty()) return nullptr;
    auto task = std::move(posted.front());
    posted.pop_front();
    return task;
  }

  std::size_t count_posted() {
    const std::lock_guard lock(mutex);
    return posted.size();
  }

  // Whatever leaves a turn, and however: what is left to do wakes the loop again.
  struct Turn {
    Impl& impl;
    explicit Turn(Impl& of) : impl(of) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (impl.is_gone()) return;
      if (impl.count_posted() > 0) impl.ring();
      impl.arm();
    }
  };

  // One after the other, and each out of its queue before it runs, so that a task that throws, or that polls in its
  // turn, keeps nothing from the others. What comes meanwhile is for the next turn.
  void run_posted() {
    for (auto left = count_posted(); left > 0 && !is_gone(); --left)
      if (const auto task = take_posted()) task();
  }

  void run_timers() {
    const auto now = Clock::now();
    const Timer last = last_timer;
    const auto due = [&] {
      return std::find_if(timers.begin(), timers.end(),
                          [&](const auto& one) { return one.first.first > now || one.first.second <= last; });
    };
    for (auto next = due(); !is_gone() && next != timers.end() && next->first.first <= now; next = due()) {
      const auto taken = timers.extract(next);
      timer_times.erase(taken.key().second);
      taken.mapped()();
    }
  }

  void run_watches() {
    std::array<epoll_event, 32> events{};
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count && !is_gone(); ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == wake || event.data.fd == timer) {
        drain(event.data.fd);
        continue;
      }
      const auto found = watched.find(event.data.fd);
      if (found == watched.end()) continue;  // gone by what ran before it
      const auto ready = found->second;
      ready(event.events);
    }
  }

  void poll() {
    const Turn turn(*this);
    run_watches();
    run_posted();
    run_timers();
  }

  void wait(std::chrono::milliseconds longest) {
    constexpr std::int64_t most = 1 << 30;  // what poll() can count
    pollfd ready{epoll, POLLIN, 0};
    ::poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(longest.count(), 0, most)));
    poll();
  }

  void cancel_calls() {
    std::map<const void*, std::function<void()>> all;
    {
      const std::lock_guard lock(mutex);
      all = calls;  // each takes itself out
    }
    std::exception_ptr first;
    for (const auto& [call, call_off] : all) {
      auto thrown = thrown_by(call_off);
      if (!first) first = std::move(thrown);
    }
    if (first) std::rethrow_exception(first);
  }

  // Those that must not be lost end by themselves; those that begin meanwhile are called off as they begin.
  void end_calls() {
    is_closing = true;
    const auto turn = [this] {
      cancel_calls();
      if (pending > 0) wait(long_wait);
    };
    while (pending > 0 && !is_gone()) thrown_by(turn);  // a destructor has nobody to tell
  }

  // What never ran is dropped, one by one, with the loop still whole: completions may go with it, and be called.
  void drop_all() {
    while (!timers.empty()) timers.extract(timers.begin());
    while (!watched.empty()) watched.extract(watched.begin());
    while (take_posted() || pending > 0) end_calls();
  }
};

Loop::Impl& Loop::current() const {
  if (born_.load(std::memory_order_acquire) == generation) return *impl_;
  std::function<void()> renewed;
  {
    const std::lock_guard lock(renewal());
    if (impl_->born == generation) return *impl_;
    for (const auto& task : impl_->when_forked) task();
    auto anew = std::make_shared<Impl>();
    // Whoever polls the descriptor goes on doing so.
    if (is_still(impl_->epoll, "anon_inode:[eventpoll]") && dup3(anew->epoll, impl_->epoll, O_CLOEXEC) >= 0)
      std::swap(anew->epoll, impl_->epoll), close(impl_->epoll);
    for (const auto& [fd, kind] :
         {std::pair{impl_->wake, "anon_inode:[eventfd]"}, {impl_->timer, "anon_inode:[timerfd]"}})
      if (is_still(fd, kind)) close(fd);
    renewed = anew->renewed = impl_->renewed;
    std::swap(impl_, anew);
    born_.store(impl_->born, std::memory_order_release);
    keep_for_ever(std::move(anew));
  }
  if (renewed) renewed();
  return *impl_;
}

Loop::Loop() {
  watch_forks();
  impl_ = std::make_shared<Impl>();
  born_ = impl_->born;
}

void Loop::end() { current().end_calls(); }

Loop::~Loop() {
  const auto impl = impl_;
  if (impl->born != generation) {
    keep_for_ever(impl);
    return;
  }
  impl->end_calls();
  impl->drop_all();
  impl->attachments.clear();  // they may still unwatch
  impl->is_ended = true;
}

Loop& Loop::shared() {
  static auto* loop = new Loop;  // never destroyed: completions would find what the program had as it was taken down
  return *loop;
}

void Loop::poll() {
  current();
  const auto impl = impl_;
  impl->poll();
}

void Loop::wait(std::chrono::milliseconds longest) {
  current();
  const auto impl = impl_;
  impl->wait(longest);
}

void Loop::run() {
  current();
  const auto impl = impl_;
  while (impl->pending > 0 && !impl->is_gone()) impl->wait(long_wait);
}

std::size_t Loop::pending() const { return current().pending; }
int Loop::descriptor() const { return current().epoll; }
void Loop::post(std::function<void()> task) { current().post(std::move(task)); }

void Loop::watch(int descriptor, std::uint32_t events, std::function<void(std::uint32_t)> ready) {
  Impl& impl = current();
  impl.watched[descriptor] = std::move(ready);
  impl.add(descriptor, events);
}

void Loop::unwatch(int descriptor) {
  Impl& impl = current();
  const auto gone = impl.watched.extract(descriptor);
  if (gone) epoll_ctl(impl.epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

Loop::Timer Loop::at(Clock::time_point when, std::function<void()> task) {
  Impl& impl = current();
  const Timer id = ++impl.last_timer;
  impl.timers.emplace(std::pair{when, id}, std::move(task));
  impl.timer_times[id] = when;
  impl.arm();
  return id;
}

void Loop::cancel(Timer timer) {
  Impl& impl = current();
  const auto when = impl.timer_times.extract(timer);
  if (when) impl.timers.extract({when.mapped(), timer});
}

void Loop::cancel_calls() {
  current();
  const auto impl = impl_;
  impl->cancel_calls();
}

std::shared_ptr<void> Loop::attachment(const void* key, const std::function<std::shared_ptr<void>()>& make) {
  Impl& impl = current();
  if (const auto found = impl.attachments.find(key); found != impl.attachments.end()) return found->second;
  return impl.attachments[key] = make();
}

namespace sdk {

unsigned process_generation() {
  watch_forks();
  return generation;
}

Loop::Clock::time_point after(std::chrono::milliseconds time) {
  using Point = Loop::Clock::time_point;
  const auto now = Loop::Clock::now();
  if (time.count() <= 0) return now;
  const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(Point::max() - now);
  return time >= most ? Point::max() : now + time;
}

void Inside::begin_call(Loop& loop, const void* call, std::function<void()> run, std::function<void()> call_off) {
  auto& impl = loop.current();
  const std::lock_guard lock(impl.mutex);
  ++impl.pending;
  impl.calls[call] = std::move(call_off);
  impl.posted.push_back(std::move(run));
  impl.ring();
}

void Inside::end_call(Loop& loop, const void* call) {
  auto& impl = loop.current();
  std::function<void()> gone;  // it holds the call, which may go with it: not under the lock
  const std::lock_guard lock(impl.mutex);
  if (const auto found = impl.calls.find(call); found != impl.calls.end()) {
    gone = std::move(found->second);
    impl.calls.erase(found);
    --impl.pending;
  }
}

bool Inside::is_closing(Loop& loop) { return loop.current().is_closing; }

void Inside::when_forked(Loop& loop, std::function<void()> task) {
  loop.current().when_forked.push_back(std::move(task));
}

}  // namespace sdk

struct LoopThread::Impl : std::enable_shared_from_this<Impl> {
  Loop loop;
  std::atomic<bool> is_ended = false;
  std::thread thread;

  void begin() {
    if (thread.joinable()) keep_for_ever(std::move(thread));  // the parent's
    thread = std::thread([self = shared_from_this()] {
      while (!self->is_ended) self->loop.wait(long_wait);
      self->loop.end();
    });
  }
};

LoopThread::LoopThread() : impl_(std::make_shared<Impl>()) {
  impl_->loop.current().renewed = [impl = impl_.get()] { impl->begin(); };
  impl_->begin();
}

LoopThread::~LoopThread() {
  if (impl_->loop.impl_->born != generation) {  // its thread is in another process
    keep_for_ever(std::move(impl_));
    return;
  }
  impl_->loop.post([impl = impl_.get()] { impl->is_ended = true; });
  if (impl_->thread.get_id() == std::this_thread::get_id())
    impl_->thread.detach();  // it has the rest of this, and ends when what it is doing returns
  else
    impl_->thread.join();
}

Loop& LoopThread::loop() { return impl_->loop; }

namespace detail {

void run_to_end(const std::function<void(Loop*, std::function<void()>)>& begin) {
  // The loop of a thread keeps its connections from call to call. A call inside a completion of another gets one of its
  // own.
  thread_local std::unique_ptr<Loop> idle;
  const unsigned here = generation;
  bool done = false;
  std::unique_ptr<Loop> loop = idle ? std::move(idle) : std::make_unique<Loop>();
  begin(loop.get(), [&] { done = true; });
  while (!done && here == generation) loop->wait(long_wait);
  if (done)
    idle = std::move(loop);
  else
    keep_for_ever(std::move(loop));  // a child that came back into the call of its parent
}

namespace {
thread_local std::exception_ptr kept_exception;
}
void keep_exception() noexcept { kept_exception = std::current_exception(); }
void rethrow_kept() {
  if (const auto thrown = std::exchange(kept_exception, nullptr)) std::rethrow_exception(thrown);
}

Error used_task_error() {
  return caller_error("invalid_option", "This task was started, awaited or waited for before, or moved from",
                      "task_used");
}

Error lost_call(const char* how) {
  return caller_error("cancelled", std::string("The call has no outcome. ") + how, "call_lost");
}

Error thrown_in_coroutine() {
  std::string what = "something that is no std::exception";
  try {
    throw;
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {  // NOLINT(bugprone-empty-catch): said above
  }
  return caller_error("exception", "The coroutine ended with an exception: " + what, "exception");
}

void misuse(const char* what) {
  std::fprintf(stderr, "ostia: %s\n", what);
  std::abort();
}

}  // namespace detail
}  // namespace ostia
