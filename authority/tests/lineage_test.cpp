// Which primary is followed: never one whose place has been taken, never another system's.
#include "store/postgres/lineage.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace ostia::authority::postgres {
namespace {

const std::string folder = testing::TempDir();

TEST(Lineage, TheFirstIsFollowed) { EXPECT_EQ(judge_lineage({}, {"1", 7}), Standing::newer); }

TEST(Lineage, OneTimelineUpOrDown) {
  const Lineage known{"1", 7};
  EXPECT_EQ(judge_lineage(known, {"1", 6}), Standing::old_primary);
  EXPECT_EQ(judge_lineage(known, {"1", 7}), Standing::current);
  EXPECT_EQ(judge_lineage(known, {"1", 8}), Standing::newer);
}

TEST(Lineage, AnotherSystemIsAnotherWhateverItsTimeline) {
  for (const std::int64_t timeline : {6, 7, 8})
    EXPECT_EQ(judge_lineage(Lineage{"1", 7}, {"2", timeline}), Standing::other_system);
}

TEST(Lineage, WhatIsNewerIsRememberedAcrossRuns) {
  const std::string file = folder + "/lineage.json";
  std::filesystem::remove(file);
  {
    Lineages lineages(file, *Lineages::read(file));
    EXPECT_EQ(lineages.meet("a", {"1", 1}), Standing::newer);
    EXPECT_EQ(lineages.meet("b", {"1", 2}), Standing::newer);
    EXPECT_FALSE(lineages.is_current({"1", 1}));
  }
  Lineages again(file, *Lineages::read(file));
  EXPECT_EQ(again.meet("a", {"1", 1}), Standing::old_primary);
  EXPECT_EQ(again.meet("c", {"2", 9}), Standing::other_system);
  EXPECT_EQ(again.meet("b", {"1", 2}), Standing::current);
}

TEST(Lineage, AServerThatSaysNothingOfItselfIsTakenAsItIs) {
  Lineages lineages("", {});
  EXPECT_TRUE(lineages.is_current({}));
}

TEST(Lineage, ADamagedFileIsASentence) {
  const std::string file = folder + "/damaged.json";
  std::ofstream(file) << "";  // of a machine that lost its power
  EXPECT_EQ(Lineages::read(file).value(), std::nullopt);
  for (const char* text : {"{}", "{\"system_identifier\":\"1\"}", "{\"system_identifier\":\"1\",\"timeline\":0}"}) {
    std::ofstream(file) << text;
    EXPECT_FALSE(Lineages::read(file)) << text;
  }
}

}  // namespace
}  // namespace ostia::authority::postgres
