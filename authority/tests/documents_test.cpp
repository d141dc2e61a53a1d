// A document of a server that is silent is used for a while, and no longer; who asks in vain is not followed by all
// others.
#include "http/documents.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;

constexpr auto hour = 1h;

TEST(Documents, WhatIsNotKeptIsAskedFor) { EXPECT_EQ(judge_document({}, {}, hour), DocumentStep::ask); }

TEST(Documents, AYoungOneIsUsed) {
  EXPECT_EQ(judge_document(hour - 1ns, {}, hour), DocumentStep::use);
  EXPECT_EQ(judge_document(hour, {}, hour), DocumentStep::refresh);
}

TEST(Documents, OnlySometimesSomebodyAsksASilentServer) {
  EXPECT_EQ(judge_document(2h, between_tries - 1ns, hour), DocumentStep::use);
  EXPECT_EQ(judge_document(2h, between_tries, hour), DocumentStep::refresh);
}

TEST(Documents, NoneIsUsedForEver) {
  EXPECT_EQ(judge_document(longest_kept - 1ns, 1s, hour), DocumentStep::use);
  EXPECT_EQ(judge_document(longest_kept, 1s, hour), DocumentStep::ask);
  EXPECT_EQ(judge_document(longest_kept, {}, hour), DocumentStep::ask);
}

TEST(Documents, OneAsksWhileTheOthersUseWhatIsKept) {
  Documents d;
  const Documents::Time start{};
  EXPECT_EQ(d.plan("u", hour, start).step, DocumentStep::ask);
  d.keep("u", json::Value("v"), start);
  EXPECT_EQ(d.plan("u", hour, start + 2h).step, DocumentStep::refresh);
  const auto other = d.plan("u", hour, start + 2h);
  EXPECT_EQ(other.step, DocumentStep::use);
  EXPECT_EQ(other.kept.text(), "v");
  d.keep("u", json::Value("w"), start + 2h);
  EXPECT_EQ(d.plan("u", hour, start + 2h).kept.text(), "w");
  EXPECT_TRUE(d.plan("u", hour, start + 8h).kept.is_null());
}

}  // namespace
}  // namespace ostia::authority
