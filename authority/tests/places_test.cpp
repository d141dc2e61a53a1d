// Who gets a place when there are few.
#include "http/places.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

struct Crowd {
  explicit Crowd(std::size_t count) : places(count) {}

  // A connection that stays, whether it is told to end or not until `end` lets it.
  bool come(const std::string& address, bool waits = true) {
    const std::size_t number = told.size();
    told.push_back(false);
    auto place = places.take(address, [this, number] { told[number] = true; });
    if (place) place->waits = waits;
    held.push_back(std::move(place));
    return held.back() != nullptr;
  }
  std::size_t come_many(const std::string& before, int count, bool waits = true) {
    std::size_t in = 0;
    for (int i = 0; i < count; ++i) in += come(before + std::to_string(i + 1), waits) ? 1 : 0;
    return in;
  }
  void end_told() {
    for (std::size_t i = 0; i < held.size(); ++i)
      if (told[i]) held[i].reset();
  }

  Places places;
  std::vector<bool> told;
  std::vector<std::unique_ptr<Places::Place>> held;
};

TEST(Places, ANetworkHasAnEighth) {
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    Crowd crowd(160);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(crowd.come(address, false));
    EXPECT_FALSE(crowd.come(address, false)) << address;
    EXPECT_TRUE(crowd.come("198.51.100.1"));
    crowd.held[0].reset();
    EXPECT_TRUE(crowd.come(address, false)) << address;
  }
}

TEST(Places, ASlash64IsOneNetworkAndASlash48OneSite) {
  Crowd one(160), site(160), two(160);
  EXPECT_EQ(one.come_many("2001:db8:1:2::", 40, false), 20U);
  EXPECT_EQ(site.come_many("2001:db8:1:2::", 15, false) + site.come_many("2001:db8:1:3::", 15, false), 20U);
  EXPECT_EQ(two.come_many("2001:db8:1::", 40, false) + two.come_many("2001:db8:2::", 40, false), 40U);
  EXPECT_EQ(one.come_many("192.0.2.", 40, false), 40U);  // IPv4 has no sites
}

TEST(Places, WhoHasHisShareGivesUpHisOldestThatWaits) {
  Crowd crowd(160);
  crowd.come("192.0.2.1", false);
  for (int i = 1; i < 20; ++i) crowd.come("192.0.2.1");
  EXPECT_TRUE(crowd.come("192.0.2.1"));
  EXPECT_FALSE(crowd.told[0]);  // it is being answered
  EXPECT_TRUE(crowd.told[1]);
  EXPECT_EQ(crowd.places.open(), 20U);
}

TEST(Places, TwoAttackersDoNotTakeThemAll) {
  Crowd crowd(160);
  for (int i = 0; i < 500; ++i) {
    crowd.come("192.0.2.1", i % 2 == 0);
    crowd.come("2001:db8::" + std::to_string(i + 1), i % 3 == 0);
    crowd.end_told();
  }
  EXPECT_LE(crowd.places.open(), 40U);
  EXPECT_EQ(crowd.come_many("198.51.100.", 50), 50U);
}

TEST(Places, NearlyFullTheLargestNetworkMakesRoom) {
  Crowd crowd(64);  // a share of 8, a reserve of 4
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(crowd.come("192.0.2." + std::to_string(1 + i / 6)));
  EXPECT_EQ(crowd.places.ended(), 0U);
  EXPECT_TRUE(crowd.come("198.51.100.1"));  // a probe, say
  EXPECT_EQ(crowd.places.ended(), 1U);
  EXPECT_EQ(crowd.places.open(), 60U);
}

TEST(Places, NobodyIsEndedWhoIsAnsweredOrHasFew) {
  Crowd busy(64);
  for (int i = 0; i < 60; ++i) busy.come("192.0.2." + std::to_string(1 + i / 6), false);
  EXPECT_TRUE(busy.come("198.51.100.1"));  // of the reserve
  EXPECT_EQ(busy.places.ended(), 0U);
  EXPECT_FALSE(busy.come("192.0.2.1", false));  // who has many already
  Crowd few(64);
  for (int i = 0; i < 60; ++i) few.come("192.0.2." + std::to_string(1 + i / 4));
  EXPECT_EQ(few.come_many("198.51.100.", 10), 4U);
  EXPECT_EQ(few.places.ended(), 0U);
}

TEST(Places, AProxyHasNoShare) {
  Crowd crowd(160);
  crowd.places.trust(*Networks::parse({"10.0.0.0/8", "fd00::/64"}));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(crowd.come("10.0.0.1", false) && crowd.come("fd00::1", false));
}

TEST(Places, ThoseThatAreToldToEndAreBounded) {
  Crowd crowd(160);
  for (int i = 0; i < 1000; ++i) crowd.come("192.0.2.1");
  EXPECT_LE(static_cast<std::size_t>(std::count(crowd.told.begin(), crowd.told.end(), true)), 64U);
  crowd.end_told();
  EXPECT_TRUE(crowd.come("192.0.2.1"));
}

}  // namespace
}  // namespace ostia::authority
