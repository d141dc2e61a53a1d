#include "ostia/loop.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace ostia {
namespace {

timespec to_timespec(Loop::Clock::duration d) {
  const auto ns = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(d).count(), 1);
  return {ns / 1'000'000'000, ns % 1'000'000'000};
}

}  // namespace

// One epoll set holds everything that can wake the loop, so that its own descriptor stands for all of it.
struct Loop::Impl {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

  std::mutex mutex;  // guards `posted` only
  std::vector<std::function<void()>> posted;

  std::map<int, std::function<void(std::uint32_t)>> watched;
  std::map<std::pair<Clock::time_point, Timer>, std::function<void()>> timers;
  Timer last_timer = 0;
  std::map<Timer, Clock::time_point> timer_times;
  std::atomic<std::size_t> pending = 0;
  std::map<const void*, std::function<void()>> calls;  // how each is called off
  std::map<const void*, std::shared_ptr<void>> attachments;

  void add(int fd, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  }

  void arm() const {
    itimerspec when{};
    if (!timers.empty()) when.it_value = to_timespec(timers.begin()->first.first - Clock::now());
    timerfd_settime(timer, 0, &when, nullptr);
  }

  void drain(int fd) const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(fd, &count, sizeof count);
  }

  void run_posted() {
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex);
      tasks.swap(posted);
    }
    for (auto& task : tasks) task();
  }

  void run_timers() {
    const auto now = Clock::now();
    while (!timers.empty() && timers.begin()->first.first <= now) {
      auto first = timers.extract(timers.begin());
      timer_times.erase(first.key().second);
      first.mapped()();
    }
    arm();
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  impl_->add(impl_->wake, EPOLLIN);
  impl_->add(impl_->timer, EPOLLIN);
}

Loop::~Loop() {
  impl_->attachments.clear();  // they may still unwatch
  for (const int fd : {impl_->epoll, impl_->wake, impl_->timer}) close(fd);
}

Loop& Loop::shared() {
  static Loop loop;
  return loop;
}

void Loop::poll() {
  std::array<epoll_event, 32> events{};
  const int count = epoll_wait(impl_->epoll, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == impl_->wake || event.data.fd == impl_->timer) {
      impl_->drain(event.data.fd);
      continue;
    }
    const auto found = impl_->watched.find(event.data.fd);
    if (found == impl_->watched.end()) continue;  // gone by what ran before it
    const auto ready = found->second;
    ready(event.events);
  }
  impl_->run_posted();
  impl_->run_timers();
}

void Loop::wait(std::chrono::milliseconds longest) {
  pollfd ready{impl_->epoll, POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(longest.count(), 1 << 30)));
  poll();
}

void Loop::run() {
  while (pending() > 0) wait(std::chrono::hours(1));
}

std::size_t Loop::pending() const { return impl_->pending; }
int Loop::descriptor() const { return impl_->epoll; }

void Loop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->posted.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = write(impl_->wake, &one, sizeof one);
}

void Loop::watch(int descriptor, std::uint32_t events, std::function<void(std::uint32_t)> ready) {
  impl_->watched[descriptor] = std::move(ready);
  impl_->add(descriptor, events);
}

void Loop::unwatch(int descriptor) {
  if (impl_->watched.erase(descriptor) > 0) epoll_ctl(impl_->epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

Loop::Timer Loop::at(Clock::time_point when, std::function<void()> task) {
  const Timer id = ++impl_->last_timer;
  impl_->timers.emplace(std::pair{when, id}, std::move(task));
  impl_->timer_times[id] = when;
  impl_->arm();
  return id;
}

void Loop::cancel(Timer timer) {
  const auto when = impl_->timer_times.extract(timer);
  if (when) impl_->timers.erase({when.mapped(), timer});
}

void Loop::begin_call() { ++impl_->pending; }
void Loop::own_call(const void* call, std::function<void()> cancel) { impl_->calls[call] = std::move(cancel); }

void Loop::end_call(const void* call) {
  impl_->calls.erase(call);
  --impl_->pending;
}

void Loop::cancel_calls() {
  const auto calls = impl_->calls;  // each takes itself out
  for (const auto& [call, cancel] : calls) cancel();
}

std::shared_ptr<void> Loop::attachment(const void* key, const std::function<std::shared_ptr<void>()>& make) {
  auto& slot = impl_->attachments[key];
  if (!slot) slot = make();
  return slot;
}

struct LoopThread::Impl {
  Loop loop;
  std::atomic<bool> ended = false;
  std::thread thread;
};

LoopThread::LoopThread() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([impl = impl_.get()] {
    while (!impl->ended || impl->loop.pending() > 0) impl->loop.wait(std::chrono::hours(1));
  });
}

LoopThread::~LoopThread() {
  impl_->loop.post([impl = impl_.get()] {
    impl->loop.cancel_calls();
    impl->ended = true;
  });
  impl_->thread.join();
}

Loop& LoopThread::loop() { return impl_->loop; }

namespace detail {

void run_to_end(const std::function<void(Loop*, std::function<void()>)>& begin) {
  // The loop of a thread keeps its connections from call to call. A call inside a completion of another gets one of its
  // own.
  thread_local std::unique_ptr<Loop> idle;
  std::unique_ptr<Loop> loop = idle ? std::move(idle) : std::make_unique<Loop>();
  bool done = false;
  begin(loop.get(), [&] { done = true; });
  while (!done) loop->wait(std::chrono::hours(1));
  idle = std::move(loop);
}

}  // namespace detail
}  // namespace ostia
