#include "scripts/turns.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;
const Turns::Time::time_point start{};

// Four places, and jobs that may take 20 seconds.
struct Scripts : testing::Test {
  Turns turns{4, 8};
  Turns::Id last = 0;
  bool enter(const std::string& key, Turns::Time::duration at = 0s) {
    return turns.enter(++last, key, start + at + 20s, start + at);
  }
  std::size_t start_all(Turns::Time::duration at = 0s) {
    std::size_t count = 0;
    while (turns.start(start + at)) ++count;
    return count;
  }
};

TEST_F(Scripts, RunAsManyAsThereArePlaces) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(enter("a"));
  EXPECT_EQ(start_all(), 4U);
  turns.leave(1, false, start);
  EXPECT_EQ(turns.start(start), 5U);
}

TEST_F(Scripts, AreRefusedWhereTooManyWait) {
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(enter("a"));
  EXPECT_FALSE(enter("a"));
}

TEST_F(Scripts, WaitNoLongerThanTheyMay) {
  for (int i = 0; i < 5; ++i) enter("a");
  start_all();
  EXPECT_TRUE(turns.take_expired(start + 19999ms).empty());
  EXPECT_EQ(turns.take_expired(start + 20s), std::vector<Turns::Id>{5});
  EXPECT_FALSE(turns.has_waiting());
}

TEST_F(Scripts, ThatHangInAllPlacesGiveUpOneForOthers) {
  for (int i = 0; i < 4; ++i) enter("a");
  start_all();
  EXPECT_FALSE(turns.end_one(start + 10s));  // nobody waits
  enter("b", 1s);
  EXPECT_FALSE(turns.end_one(start + 4999ms));
  EXPECT_EQ(turns.end_one(start + 5s), 1U);
  EXPECT_FALSE(turns.end_one(start + 5s)) << "one after the other";
  turns.leave(1, true, start + 5s);
  EXPECT_EQ(turns.start(start + 5s), 5U);
}

TEST_F(Scripts, KeepTheirPlaceWhileAnyOtherIsYoung) {
  for (int i = 0; i < 3; ++i) enter("a");
  start_all();
  enter("c", 3s);
  start_all(3s);
  enter("b", 3s);
  EXPECT_FALSE(turns.end_one(start + 7s));
  EXPECT_EQ(turns.end_one(start + 8s), 1U);
}

TEST_F(Scripts, OfWhoHasHungComeAfterOthersAndNeverHaveTheLastPlace) {
  enter("a");
  start_all();
  turns.leave(1, true, start);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(enter("a"));
  EXPECT_EQ(start_all(), 3U);
  enter("b");
  EXPECT_EQ(turns.start(start), 6U);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(enter("a"));
  EXPECT_FALSE(enter("a")) << "as many wait as there are places";
  EXPECT_TRUE(enter("b"));
}

TEST_F(Scripts, AreForgivenAfterAMinute) {
  enter("a");
  start_all();
  turns.leave(1, true, start);
  for (int i = 0; i < 4; ++i) enter("a", 60s);
  EXPECT_EQ(start_all(60s), 4U);
}

TEST_F(Scripts, ThatWaitAreSuspectOnceOneOfTheirsHasHung) {
  for (int i = 0; i < 6; ++i) enter("a");
  start_all();
  enter("b", 1s);
  turns.leave(1, true, start + 5s);
  EXPECT_EQ(turns.start(start + 5s), 7U);
}

TEST_F(Scripts, ThatRunAreSuspectOnceOneOfTheirsHasHung) {
  for (int i = 0; i < 6; ++i) enter("a");
  start_all();
  turns.leave(1, true, start + 5s);
  EXPECT_FALSE(turns.start(start + 5s)) << "the last place is for others";
}

}  // namespace
}  // namespace ostia::authority
