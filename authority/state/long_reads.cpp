#include "state/long_reads.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"

namespace ostia::authority {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_under_way = 64, most_of_one = 16;
constexpr auto budget = std::chrono::seconds(15);  // less than a request may take as a whole
constexpr int niceness = 10;  // logins come first, and on a machine that is full a tenth of a processor is left

std::size_t thread_count() { return std::max(1U, std::thread::hardware_concurrency() / 2); }

// The Management API shows the code.
Error too_many() {
  return {"read_busy", "Too many searches and exports are under way. Try again in a few seconds.", "read_busy", 503,
          Fault::ours};
}
Error too_long() {
  return {"read_too_long",
          "The search took too long and was given up. Ask for less: an address that is looked up (email), from and "
          "take, or an export of one connection; or try again when less is asked.",
          "read_too_long", 503, Fault::ours};
}

}  // namespace

LongReads::LongReads() : guard_(asio::make_work_guard(context_)) {
  for (std::size_t i = 0; i < thread_count(); ++i)
    threads_.emplace_back([this] {
      (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);  // on Linux: this thread's
      while (!context_.stopped()) run_guarded("long_read", [this] { context_.run(); });
    });
}

void LongReads::stop() {
  std::map<std::string, std::deque<Resume>> let_go;  // their ends look for their places
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    let_go.swap(waiting_);
  }
  context_.stop();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

Result<LongReads::TurnPtr> LongReads::enter(std::string caller) {
  {
    const std::lock_guard lock(mutex_);
    std::size_t& own = reads_of_[caller];
    if (own >= most_of_one || under_way_ >= most_under_way) {
      if (own == 0) reads_of_.erase(caller);
      return too_many();
    }
    ++own;
    ++under_way_;
  }
  return std::make_shared<Turn>(*this, std::move(caller));
}

void LongReads::leave(const Turn& turn) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  if (const auto found = reads_of_.find(turn.caller_); --found->second == 0) reads_of_.erase(found);
  --under_way_;
  if (turn.is_reading_) --reading_;
  hand_out();
}

void LongReads::wait(Turn& turn, Resume resume) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  if (std::exchange(turn.is_reading_, true)) --reading_;
  auto& own = waiting_[turn.caller_];
  if (own.empty()) callers_.push_back(turn.caller_);
  own.push_back(std::move(resume));
  hand_out();
}

void LongReads::hand_out() {
  while (reading_ < threads_.size() && !callers_.empty()) {
    const std::string caller = std::move(callers_.front());
    callers_.pop_front();
    const auto own = waiting_.find(caller);
    ++reading_;
    asio::post(context_, std::move(own->second.front()));
    own->second.pop_front();
    if (own->second.empty())
      waiting_.erase(own);
    else
      callers_.push_back(caller);
  }
}

LongReads::Turn::Turn(LongReads& reads, std::string caller)
    : reads_(reads), caller_(std::move(caller)), deadline_(std::chrono::steady_clock::now() + budget) {}

LongReads::Turn::~Turn() { reads_.leave(*this); }

Async<Unit> LongReads::Turn::next() {
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
      [this](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        reads_.wait(*this, [shared] { (*shared)(); });
      },
      asio::use_awaitable);
  if (std::chrono::steady_clock::now() < deadline_) co_return Unit{};
  co_return too_long();
}

}  // namespace ostia::authority
