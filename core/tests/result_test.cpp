#include "ostia/result.hpp"

#include <gtest/gtest.h>

namespace {

using ostia::Error;
using ostia::Result;

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 7;
  const Result<int> bad = ostia::caller_error("invalid_option", "leeway is negative");
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 7);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().code, "invalid_option");
  EXPECT_EQ(bad.error().fault, ostia::Fault::caller);
}

TEST(ResultDeathTest, ReadingTheWrongSideTraps) {
  const Result<int> bad = Error{"x", {}, {}};
  EXPECT_DEATH((void)*bad, "");
  const Result<int> good = 1;
  EXPECT_DEATH((void)good.error(), "");
}

}  // namespace
