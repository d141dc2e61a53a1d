#include "protocol/believed_time.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'800'000'000, year = 366LL * 24 * 3600, hour = 3600;

TEST(BelievedTime, IsTheWallClocksWhileThatKeepsStep) {
  BelievedTime time(now - 60);
  EXPECT_EQ(time.at(now, 0), now - 60);
  EXPECT_EQ(time.at(now + 60, 60), now);
  EXPECT_EQ(time.at(now + BelievedTime::trial - 1, BelievedTime::trial - 1), now + BelievedTime::trial - 61);
  EXPECT_EQ(time.at(now + BelievedTime::trial, BelievedTime::trial), now + BelievedTime::trial);
}

TEST(BelievedTime, OfTheFirstRunIsTheWallClocks) { EXPECT_EQ(BelievedTime().at(now, 5), now); }

TEST(BelievedTime, NothingIsOldBecauseTheClockJumpedAhead) {
  BelievedTime time;
  time.at(now, 0);
  EXPECT_EQ(time.at(now + year + 3, 3), now + 3);
  EXPECT_EQ(time.at(now + year + 63, 63), now + 63);
  EXPECT_EQ(time.at(now + 64, 64), now + 64);
  // Nor if it comes back much later.
  EXPECT_EQ(time.at(now + year + 65, 65), now + 65);
  EXPECT_EQ(time.at(now + year + 65 + hour, 65 + hour), now + 65 + hour);
}

TEST(BelievedTime, NothingIsOldBecauseTheClockWasWrongAtTheStart) {
  BelievedTime time(now);
  EXPECT_EQ(time.at(now + 75 * year, 0), now);  // the year 2100
  EXPECT_EQ(time.at(now + 75 * year + hour, hour), now + hour);
}

TEST(BelievedTime, IsNeverAheadOfTheWallClock) {
  BelievedTime time(now);
  EXPECT_EQ(time.at(5, 0), 5);  // the year 1970
  EXPECT_EQ(time.at(65, 60), 65);
  EXPECT_EQ(time.at(now, 120), 125);  // right again: that takes a day
}

TEST(BelievedTime, ADriftIsNoJump) {
  BelievedTime time(now - 100);
  time.at(now, 0);
  time.at(now + 60 + BelievedTime::most_drift, 60);
  EXPECT_FALSE(time.went_back());
  const auto day = BelievedTime::trial;
  EXPECT_EQ(time.at(now + day + 60 + BelievedTime::most_drift, day + 60), now + day + 60 + BelievedTime::most_drift);
  BelievedTime jumping(now - 100);
  jumping.at(now, 0);
  jumping.at(now + 61 + BelievedTime::most_drift, 60);
  EXPECT_EQ(jumping.at(now + day + 61 + BelievedTime::most_drift, day), now - 100 + day);
}

TEST(BelievedTime, SaysThatTheClockWasPutBack) {
  BelievedTime time;
  time.at(now, 0);
  EXPECT_FALSE(time.went_back());
  time.at(now + 60 - BelievedTime::most_drift, 60);
  EXPECT_FALSE(time.went_back());
  time.at(now - BelievedTime::most_drift - 1, 60 - BelievedTime::most_drift);
  EXPECT_TRUE(time.went_back());
  time.at(now, 60);
  EXPECT_FALSE(time.went_back());
}

}  // namespace
}  // namespace ostia::authority::protocol
