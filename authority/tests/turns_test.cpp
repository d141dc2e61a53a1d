#include "scripts/turns.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;
const Turns::Time::time_point start{};
using Ids = std::vector<Turns::Id>;
const Ids none;

// Four places, and jobs that may take 20 seconds.
struct Scripts : testing::Test {
  Turns turns{4, 8};
  Turns::Id last = 0;
  bool enter(const std::string& key, Turns::Time::duration at = 0s) {
    return turns.enter(++last, key, start + at + 20s, start + at);
  }
  std::size_t start_all(Turns::Time::duration at = 0s) {
    std::size_t count = 0;
    while (const auto id = turns.start(start + at)) {
      turns.begin(*id, start + at);
      ++count;
    }
    return count;
  }
  // From `from` on, what the pool does every 50 ms, all scripts hanging; when `id` runs.
  Turns::Time::duration until_runs(Turns::Id id, Turns::Time::duration from = 0s) {
    for (auto at = from; at < 20s; at += 50ms) {
      for (const auto ended : turns.end_some(start + at)) turns.leave(ended, false, start + at);
      while (const auto started = turns.start(start + at)) {
        if (*started == id) return at;
        turns.begin(*started, start + at);
      }
    }
    return 20s;
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
  EXPECT_EQ(turns.take_expired(start + 20s), Ids{5});
  EXPECT_FALSE(turns.has_waiting());
}

TEST_F(Scripts, ThatHangInAllPlacesGiveUpOneForOthers) {
  for (int i = 0; i < 4; ++i) enter("a");
  start_all();
  EXPECT_EQ(turns.end_some(start + 10s), none);  // nobody waits
  enter("b", 1s);
  EXPECT_EQ(turns.end_some(start + 4999ms), none);
  EXPECT_EQ(turns.end_some(start + 5s), Ids{1});
  EXPECT_EQ(turns.end_some(start + 5s), none) << "one for each that waits";
  turns.leave(1, true, start + 5s);
  EXPECT_EQ(turns.start(start + 5s), 5U);
}

TEST_F(Scripts, KeepTheirPlaceWhileAnyOtherIsYoung) {
  for (int i = 0; i < 3; ++i) enter("a");
  start_all();
  enter("c", 3s);
  start_all(3s);
  enter("b", 3s);
  EXPECT_EQ(turns.end_some(start + 7s), none);
  EXPECT_EQ(turns.end_some(start + 8s), Ids{1});
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

TEST_F(Scripts, ThatHangGiveUpAsManyPlacesAsOthersWait) {
  for (int i = 0; i < 4; ++i) enter("a");
  start_all();
  for (const char* key : {"b", "c", "d"}) enter(key);
  EXPECT_EQ(turns.end_some(start + 4999ms), none);
  EXPECT_EQ(turns.end_some(start + 5s), (Ids{1, 2, 3}));
  EXPECT_EQ(turns.end_some(start + 6s), none);
}

TEST_F(Scripts, OfWhoHasHungGiveUpTheirPlaceAtOnce) {
  enter("a");
  start_all();
  turns.leave(1, true, start);
  for (int i = 0; i < 3; ++i) enter("a");
  enter("b", 0s);
  start_all();
  enter("c", 500ms);
  EXPECT_EQ(turns.end_some(start + 999ms), none);
  EXPECT_EQ(turns.end_some(start + 1s), Ids{2}) << "though b's is young";
}

TEST_F(Scripts, ThatWaitForNodeAreNotEndedAsIfTheyRan) {
  enter("a");
  start_all();
  turns.leave(1, true, start);
  enter("a");
  for (int i = 0; i < 3; ++i) enter("b");
  while (turns.start(start)) {
  }
  enter("c");
  EXPECT_EQ(turns.end_some(start + 4999ms), none);
}

TEST_F(Scripts, AreCountedFromWhenTheyBegin) {
  for (int i = 0; i < 4; ++i) enter("a");
  for (int i = 0; i < 4; ++i) turns.begin(*turns.start(start), start + 3s);
  enter("b", 3s);
  EXPECT_EQ(turns.end_some(start + 7999ms), none);
  EXPECT_EQ(turns.end_some(start + 8s), Ids{1});
}

TEST_F(Scripts, HadTheirTimeAfterAQuarterOfIt) {
  enter("a");
  EXPECT_FALSE(turns.had_its_time(1, 20s)) << "it waits";
  start_all();
  EXPECT_FALSE(turns.had_its_time(1, 0s));
  EXPECT_FALSE(turns.had_its_time(1, 4999ms));
  EXPECT_TRUE(turns.had_its_time(1, 5s));
}

TEST_F(Scripts, ThatOnlyWaitedAreHeldAgainstNobody) {
  for (int i = 0; i < 4; ++i) enter("a");
  while (turns.start(start)) {
  }
  enter("b");
  EXPECT_EQ(turns.end_some(start + 5s), Ids{1});
  for (Turns::Id id = 1; id <= 4; ++id) turns.leave(id, false, start + 5s);
  enter("a", 5s);
  enter("c", 5s);
  EXPECT_EQ(turns.start(start + 5s), 5U);
  EXPECT_EQ(turns.start(start + 5s), 6U) << "a's turn is before c's";
}

TEST_F(Scripts, ThatWereEndedEarlyComeAfterNewcomersAndAreNotSuspect) {
  for (int i = 0; i < 4; ++i) enter("a");
  start_all();
  enter("b");
  EXPECT_EQ(turns.end_some(start + 5s), Ids{1});
  for (Turns::Id id = 1; id <= 4; ++id) turns.leave(id, false, start + 5s);
  for (int i = 0; i < 5; ++i) enter("a", 5s);
  enter("c", 5s);
  EXPECT_EQ(turns.start(start + 5s), 5U);
  EXPECT_EQ(turns.start(start + 5s), 11U) << "c's turn is before a's";
  EXPECT_EQ(start_all(5s), 2U) << "a's have the last places, too";
}

TEST(Newcomers, WaitAboutAQuarterOfTheirTimeWhateverHangsBeforeThem) {
  for (const int hanging : {4, 5, 8, 12, 16}) {
    struct : Scripts {
      void TestBody() override {}
    } scripts;
    scripts.turns = Turns{4, 64};
    for (int i = 0; i < hanging; ++i) scripts.enter("h" + std::to_string(i));
    scripts.start_all();
    scripts.enter("new");
    EXPECT_LE(scripts.until_runs(scripts.last), 5500ms) << hanging;
  }
}

}  // namespace
}  // namespace ostia::authority
