#include "protocol/refresh.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'000'000;

PresentedRefreshToken good() { return {.is_known = true, .is_of_client = true, .expires_at = now + 1}; }

void expect(const PresentedRefreshToken& token, RefreshStep step, std::string_view reason) {
  const auto next = judge_refresh(token, now);
  EXPECT_EQ(next.step, step);
  EXPECT_EQ(next.reason, reason);
}

TEST(RefreshToken, StaysWhereTheApplicationDoesNotRotate) { expect(good(), RefreshStep::keep, ""); }

TEST(RefreshToken, IsRotatedWhereItDoes) {
  auto token = good();
  token.rotates = true;
  expect(token, RefreshStep::rotate, "");
}

TEST(RefreshToken, IsOverInItsLastSecond) {
  auto token = good();
  token.expires_at = now;
  expect(token, RefreshStep::refuse, "refresh_token_expired");
}

TEST(RefreshToken, IsTakenAgainInTheLastSecondOfTheLeeway) {
  auto token = good();
  token.rotates = true;
  token.leeway = 10;
  token.rotated_at = now - 10;
  expect(token, RefreshStep::rotate, "");
}

TEST(RefreshToken, EndsTheFamilyInTheNext) {
  auto token = good();
  token.rotates = true;
  token.leeway = 10;
  token.rotated_at = now - 11;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
}

TEST(RefreshToken, OfAFutureThatWasWrongIsNotYoungAgain) {
  auto token = good();
  token.rotates = true;
  token.leeway = 10;
  token.rotated_at = now + 10;  // on a node whose clock is ahead
  expect(token, RefreshStep::rotate, "");
  token.rotated_at = now + 11;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
  token.rotated_at = now + 3600;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
}

TEST(RefreshToken, EndsTheFamilyInTheSameSecondWithoutALeeway) {
  auto token = good();
  token.rotates = true;
  token.rotated_at = now;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
}

TEST(RefreshToken, StaysARotatedOneWhenTheApplicationStopsRotating) {
  auto token = good();
  token.rotated_at = now - 1;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
  token.leeway = 1;
  expect(token, RefreshStep::rotate, "");
}

TEST(RefreshToken, IsAnsweredAgainForTheRequestThatRotatedIt) {
  auto token = good();
  token.rotates = true;
  token.is_asked_again = true;
  token.rotated_at = now - 3600;
  expect(token, RefreshStep::rotate, "");
  token.is_asked_again = false;
  expect(token, RefreshStep::end_family, "refresh_token_reused");
}

TEST(RefreshToken, IsNotAnsweredAgainWhenItIsOverOrOfAnother) {
  auto token = good();
  token.is_asked_again = true;
  token.rotated_at = now - 3600;
  token.expires_at = now;
  expect(token, RefreshStep::refuse, "refresh_token_expired");
  token.is_of_client = false;
  expect(token, RefreshStep::refuse, "refresh_token_unknown");
}

TEST(RefreshToken, OfAnotherClientIsUnknown) {
  auto token = good();
  token.is_of_client = false;
  expect(token, RefreshStep::refuse, "refresh_token_unknown");
  expect({}, RefreshStep::refuse, "refresh_token_unknown");
}

}  // namespace
}  // namespace ostia::authority::protocol
