// Tasks as coroutines.
#include <gtest/gtest.h>

#include <ostia/ostia.hpp>

namespace ostia {
namespace {

Task<int> soon(int value) {
  return Task<int>([value](Loop* loop, const Task<int>::Completion& done) { loop->post([=] { done(value); }); });
}
Task<int> failing() {
  return Task<int>(
      [](Loop* loop, const Task<int>::Completion& done) { loop->post([=] { done(caller_error("no", "no")); }); });
}

Task<int> sum() {
  int total = 0;
  for (int i = 1; i <= 3; ++i) {
    auto task = soon(i);
    const auto one = co_await std::move(task);
    if (!one) co_return one.error();
    total += *one;
  }
  co_return total;
}
Task<std::string> outer() {
  auto inner = sum();
  const auto total = co_await std::move(inner);
  auto bad = failing();
  const auto failed = co_await std::move(bad);
  co_return std::to_string(*total) + failed.error().code;
}

TEST(Task, CoroutinesAwaitOneAnother) {
  const auto result = outer().wait();
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "6no");
}

TEST(Task, DoesNothingUntilItIsStarted) {
  bool began = false;
  {
    Task<int> never([&](Loop*, const Task<int>::Completion&) { began = true; });
  }
  {
    auto coroutine = outer();
  }
  EXPECT_FALSE(began);
}

TEST(Task, ACompletionMayMakeABlockingCall) {
  Loop loop;
  int got = 0;
  soon(1).start(loop, [&](const Result<int>&) { got = *sum().wait(); });
  while (got == 0) loop.wait(std::chrono::seconds(1));
  EXPECT_EQ(got, 6);
}

}  // namespace
}  // namespace ostia
