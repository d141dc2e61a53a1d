#include "crypto/fair_queue.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;
constexpr double everything = 1e9;

struct Queue {
  FairQueue queue{4};
  FairQueue::Time now{1h};
  std::string done, refused;

  void add(const char* network, char name, bool is_known = false) {
    auto out = queue.add({network, is_known}, [this, name] { done += name; }, [this, name] { refused += name; }, now);
    if (out) out->refuse();
  }
  std::string run(double limit = everything) {
    done.clear();
    while (auto next = queue.next(limit)) next->work();
    return done;
  }
};

TEST(FairQueue, OfOneNetworkTheFirstComesFirst) {
  Queue q;
  for (const char name : {'a', 'b', 'c'}) q.add("x", name);
  EXPECT_EQ(q.run(), "abc");
}

TEST(FairQueue, ABurstOfOneNetworkKeepsNobodyElseWaiting) {
  Queue q;
  for (const char name : {'a', 'b', 'c'}) q.add("x", name);
  q.add("y", '1');
  EXPECT_EQ(q.run(), "a1bc");
  q.add("x", 'd');
  q.add("y", '2');
  EXPECT_EQ(q.run(), "2d");  // it has had less
}

TEST(FairQueue, NobodyWaitsForEverHoweverManyComeWhoHaveHadNothing) {
  Queue q;
  for (int i = 0; i < 4; ++i) {
    q.add("x", '.');
    q.run();
  }
  q.add("x", 'x');  // has had 4: counts as a second late
  q.now += 999ms;
  q.add("y", 'y');
  q.now += 2ms;
  q.add("z", 'z');
  EXPECT_EQ(q.run(), "yxz");
}

TEST(FairQueue, WhoHasWaitedTooLongIsTold) {
  Queue q;
  q.add("x", 'a');
  q.now += 10s;
  q.add("y", 'b');
  EXPECT_TRUE(q.queue.take_expired(q.now - 10s).empty());
  q.now += 1ms;
  for (const auto& late : q.queue.take_expired(q.now - 10s)) late.refuse();
  EXPECT_EQ(q.refused, "a");
  EXPECT_EQ(q.run(), "b");
}

TEST(FairQueue, WhoIsLastMakesRoomWhereItIsFull) {
  Queue q;
  for (const char name : {'a', 'b', 'c', 'd'}) q.add("x", name);
  q.add("x", 'e');
  EXPECT_EQ(q.refused, "e");
  q.add("y", '1');
  EXPECT_EQ(q.refused, "ed");
  EXPECT_EQ(q.run(), "a1bc");
}

TEST(FairQueue, WhoIsKnownHasAnAllowance) {
  Queue q;
  for (int i = 0; i < 7; ++i) {
    q.add("x", '.', true);
    q.run();
  }
  q.add("y", 'y');
  q.add("x", 'x', true);
  EXPECT_EQ(q.run(), "xy");  // 7 of 8
  q.add("z", 'z');
  q.add("x", 'X', true);
  EXPECT_EQ(q.run(), "zX");  // 8 of 8, and first
}

TEST(FairQueue, TheThreadsForTheFewTakeNothingOfWhoHasHadMuch) {
  Queue q;
  for (const char name : {'a', 'b', 'c', 'd'}) q.add("x", name);
  EXPECT_EQ(q.run(3), "abc");
  EXPECT_FALSE(q.queue.has_next(3));
  EXPECT_TRUE(q.queue.has_next(3.01));
}

TEST(FairQueue, WhatOneHasHadFades) {
  Queue q;
  for (const char name : {'a', 'b', 'c', 'd'}) q.add("x", name);
  q.run();
  q.now += FairQueue::half_life;
  q.add("x", 'e');
  EXPECT_EQ(q.run(2.001), "e");
  EXPECT_EQ(q.run(), "");
}

TEST(FairQueue, HoweverManyNetworksThereAreTheTableIsBounded) {
  Queue q;
  for (int i = 0; i < 50'000; ++i) {
    q.add(std::to_string(i).c_str(), '.');
    q.run();
  }
  q.add("x", 'x');
  EXPECT_EQ(q.run(), "x");
}

}  // namespace
}  // namespace ostia::authority
