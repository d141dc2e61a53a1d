// A server that does not answer rests, longer each time, and is back at its first answer.
#include "http/breaker.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;

const Breaker::Time start{};
constexpr Breaker::Policy policy{.failures = 3, .first = 1s, .longest = 4s, .probe = 20s};

Breaker resting() {
  Breaker b(policy);
  for (int i = 0; i < policy.failures; ++i) b.fail(start);
  return b;
}

TEST(Breaker, RestsAfterSoManyFailuresInARow) {
  Breaker b(policy);
  b.fail(start);
  b.fail(start);
  EXPECT_TRUE(b.admits(start));
  b.fail(start);
  EXPECT_FALSE(b.admits(start));
}

TEST(Breaker, AnAnswerBetweenFailuresBeginsTheCountAnew) {
  Breaker b(policy);
  b.fail(start);
  b.fail(start);
  b.succeed();
  EXPECT_TRUE(b.is_new());
  b.fail(start);
  b.fail(start);
  EXPECT_TRUE(b.admits(start));
}

TEST(Breaker, RestsAsLongAsItSays) {
  const Breaker b = resting();
  EXPECT_EQ(b.rest_left(start), 1s);
  EXPECT_FALSE(b.admits(start + 999ms));
  EXPECT_EQ(b.rest_left(start + 999ms), 1ms);
  EXPECT_TRUE(b.admits(start + 1s));
  EXPECT_EQ(b.rest_left(start + 1s), 0ms);
}

TEST(Breaker, OneProbeAtATime) {
  Breaker b = resting();
  b.begin(start + 1s);
  EXPECT_FALSE(b.admits(start + 1s));
  EXPECT_FALSE(b.admits(start + 20s));
  b.succeed();
  EXPECT_TRUE(b.admits(start + 20s));
}

TEST(Breaker, AProbeThatSaysNothingHasFailed) {
  Breaker b = resting();
  b.begin(start + 1s);
  EXPECT_FALSE(b.admits(start + 21s - 1ms));
  EXPECT_TRUE(b.admits(start + 21s));
}

TEST(Breaker, AProbeThatWasCalledOffSaysNothing) {
  Breaker b = resting();
  b.begin(start + 1s);
  b.forget();
  EXPECT_TRUE(b.admits(start + 1s));
  EXPECT_TRUE(b.is_resting());
}

TEST(Breaker, TheRestGrowsUpToItsBound) {
  Breaker b = resting();
  auto now = start + 1s;
  for (const auto rest : {2s, 4s, 4s}) {
    b.begin(now);
    b.fail(now);
    EXPECT_FALSE(b.admits(now + rest - 1ms));
    EXPECT_TRUE(b.admits(now + rest));
    now += rest;
  }
  b.begin(now);
  b.succeed();
  for (int i = 0; i < policy.failures; ++i) b.fail(now);
  EXPECT_EQ(b.rest_left(now), 1s);
}

TEST(Breaker, FailuresOfCallsFromBeforeMakeTheRestNoLonger) {
  Breaker b = resting();
  b.fail(start + 900ms);
  EXPECT_TRUE(b.admits(start + 1s));
}

TEST(Breaker, AnAnswerToACallFromBeforeEndsTheRest) {
  Breaker b = resting();
  b.succeed();
  EXPECT_TRUE(b.admits(start));
}

}  // namespace
}  // namespace ostia::authority
