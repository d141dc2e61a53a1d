#include "state/readiness.hpp"

#include <algorithm>

namespace ostia::authority {
namespace {

namespace asio = boost::asio;

constexpr auto patience = std::chrono::seconds(2), good_for = std::chrono::seconds(1);

Error slow() {
  return {"temporarily_unavailable", "The database has not taken a write within two seconds.", "store_unavailable", 503,
          Fault::ours};
}

}  // namespace

bool Readiness::is_recent() const { return last_ && Clock::now() - known_since_ < good_for; }

// Whether the caller is to find out.
bool Readiness::begin() {
  const std::lock_guard lock(mutex_);
  if (is_recent() || trying_since_) return false;
  trying_since_ = Clock::now();
  return true;
}

asio::awaitable<void> Readiness::try_write(Store& store, std::int64_t now) {
  CO_AWAIT(auto written, store.write({"INSERT INTO attempts (id, failures, updated_at) VALUES ('health', 0, $1) ON "
                                      "CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at",
                                      {now}}));
  finish(written ? ok() : Status(std::move(written).error()));
}

void Readiness::finish(Status outcome) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(outcome);
  known_since_ = Clock::now();
  trying_since_.reset();
  for (const auto& timer : std::exchange(waiting_, {})) asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

Async<Unit> Readiness::ask(Store& store, std::int64_t now) {
  auto executor = co_await asio::this_coro::executor;
  if (begin()) asio::co_spawn(executor, try_write(store, now), asio::detached);
  const auto shared = std::make_shared<Timer>(executor);
  Timer& timer = *shared;
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    if (trying_since_) {
      timer.expires_at(*trying_since_ + patience);
      waiting_.push_back(shared);
      waits = true;
    }
  }
  if (waits) {
    boost::system::error_code cut_short;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
  }
  const std::lock_guard lock(mutex_);
  std::erase(waiting_, shared);
  if (trying_since_ || !last_) co_return slow();
  if (!*last_) co_return last_->error();
  co_return Unit{};
}

}  // namespace ostia::authority
