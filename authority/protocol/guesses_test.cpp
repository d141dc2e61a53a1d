#include "protocol/guesses.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

struct Edge {
  const char* name;
  Guesses below, at;
  GuessStep step;
  GuessLimits limits = {};
};

// Both sides of every limit.
TEST(Guesses, EachCounterHasItsEdge) {
  const Edge edges[] = {
      {"from one network", {.here = 9}, {.here = 10}, GuessStep::refuse_account},
      {"in a known browser",
       {.here = 9, .is_known_place = true, .is_known_browser = true},
       {.here = 10, .is_known_place = true, .is_known_browser = true},
       GuessStep::refuse_account},
      {"networks that have not failed", {.first = 9}, {.first = 10}, GuessStep::refuse_account},
      {"networks that have failed",
       {.has_failed_here = true, .again = 9},
       {.has_failed_here = true, .again = 10},
       GuessStep::refuse_account},
      {"in a row", {.in_a_row = 99}, {.in_a_row = 100}, GuessStep::refuse_account},
      {"together, where the tenant counts so",
       {.in_a_row = 9},
       {.in_a_row = 10},
       GuessStep::refuse_account,
       {.is_per_place = false}},
      {"one network, all accounts", {.network = 99}, {.network = 100}, GuessStep::refuse_network},
      {"one site, all accounts", {.site = 399}, {.site = 400}, GuessStep::refuse_network},
      {"the tenant's number", {.here = 2}, {.here = 3}, GuessStep::refuse_account, {.per_account = 3}},
  };
  for (const auto& edge : edges) {
    EXPECT_EQ(judge_guess(edge.below, edge.limits), GuessStep::judge) << edge.name;
    EXPECT_EQ(judge_guess(edge.at, edge.limits), edge.step) << edge.name;
  }
}

TEST(Guesses, StrangersNeverKeepAnOwnerOut) {
  const Guesses of_strangers{.first = 1000, .again = 1000, .in_a_row = 100'000};
  Guesses owner = of_strangers;
  owner.is_known_place = true;
  EXPECT_EQ(judge_guess(of_strangers, {}), GuessStep::refuse_account);
  EXPECT_EQ(judge_guess(owner, {}), GuessStep::judge);
  owner.network = owner.site = 10'000;  // who shares their network
  EXPECT_EQ(judge_guess(owner, {}), GuessStep::refuse_network);
  owner.is_known_browser = true;
  EXPECT_EQ(judge_guess(owner, {}), GuessStep::judge);
}

TEST(Guesses, OneStrangerDoesNotUseUpWhatOthersHave) {
  EXPECT_EQ(judge_guess({.has_failed_here = true, .first = 1, .again = 10}, {}), GuessStep::refuse_account);
  EXPECT_EQ(judge_guess({.has_failed_here = false, .first = 1, .again = 10}, {}), GuessStep::judge);
}

TEST(Guesses, WhatATenantDoesNotProtectIsNotCounted) {
  const Guesses many{.here = 1000, .first = 1000, .in_a_row = 1000};
  EXPECT_EQ(judge_guess(many, {.protects_account = false}), GuessStep::judge);
  EXPECT_EQ(judge_guess({.network = 1000, .site = 1000}, {.protects_network = false}), GuessStep::judge);
}

}  // namespace
}  // namespace ostia::authority::protocol
