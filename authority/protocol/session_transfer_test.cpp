// Session transfer, on both sides of each of its rules.
#include "protocol/session_transfer.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

constexpr Transferred good{.is_ours = true,
                           .is_first = true,
                           .is_same_address = true,
                           .application_is_bound = true,
                           .grant_stands = true,
                           .asker_may = true,
                           .has_session = false,
                           .is_same_person = false};

TransferNext without(bool Transferred::* fact) {
  Transferred one = good;
  one.*fact = false;
  return judge_transfer(one);
}

TEST(session_transfer, who_may_ask_for_a_token) {
  EXPECT_FALSE(judge_transfer_asker({.is_own = true, .makes_tokens = true}));
  EXPECT_EQ(judge_transfer_asker({.is_own = false, .makes_tokens = true})->reason, "session_transfer_disabled");
  EXPECT_EQ(judge_transfer_asker({.is_own = true, .makes_tokens = false})->reason, "session_transfer_disabled");
  EXPECT_EQ(judge_transfer_asker({.is_own = true, .makes_tokens = true, .was_transferred = true})->reason,
            "session_transfer_repeated");
}

TEST(session_transfer, a_good_token_begins_a_session_or_goes_on_with_that_of_the_same_person) {
  EXPECT_EQ(judge_transfer(good).step, TransferStep::begin);
  Transferred there = good;
  there.has_session = true;
  EXPECT_EQ(judge_transfer(there).step, TransferStep::change_over);
  there.is_same_person = true;
  EXPECT_EQ(judge_transfer(there).step, TransferStep::go_on);
}

TEST(session_transfer, each_thing_that_is_wrong_with_a_token_refuses_it) {
  EXPECT_EQ(without(&Transferred::is_ours).reason, "session_transfer_invalid");
  EXPECT_EQ(without(&Transferred::is_first).reason, "session_transfer_replayed");
  EXPECT_EQ(without(&Transferred::is_same_address).reason, "session_transfer_elsewhere");
  EXPECT_EQ(without(&Transferred::grant_stands).reason, "session_transfer_ended");
  EXPECT_EQ(without(&Transferred::asker_may).reason, "session_transfer_disabled");
  EXPECT_EQ(without(&Transferred::application_is_bound).step, TransferStep::begin);
  Transferred free = good;
  free.application_is_bound = free.is_same_address = false;
  EXPECT_EQ(judge_transfer(free).step, TransferStep::begin);
}

}  // namespace
}  // namespace ostia::authority::protocol
