#include "protocol/code.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'000'000;

PresentedCode good() {
  return {.is_ours = true,
          .until = now,
          .is_of_client = true,
          .is_first = true,
          .redirect_uri_fits = true,
          .verifier_fits = true};
}

void expect(const PresentedCode& code, CodeStep step, std::string_view reason) {
  const auto next = judge_code(code, now);
  EXPECT_EQ(next.step, step);
  EXPECT_EQ(next.reason, reason);
}

TEST(Code, IsGoodInItsLastSecond) { expect(good(), CodeStep::redeem, ""); }

TEST(Code, IsOverInTheNext) {
  auto code = good();
  code.until = now - 1;
  expect(code, CodeStep::refuse, "code_expired");
}

TEST(Code, OfAFutureThatWasWrongIsNotGoodUntilThen) {
  auto code = good();
  code.until = now + code_lifetime + 300;  // of a node whose clock is ahead
  expect(code, CodeStep::redeem, "");
  code.until = now + code_lifetime + 301;
  expect(code, CodeStep::refuse, "code_expired");
  code.until = now + 366LL * 24 * 3600;
  expect(code, CodeStep::refuse, "code_expired");
}

TEST(Code, OfSomebodyElseIsNone) {
  auto code = good();
  code.is_ours = false;
  expect(code, CodeStep::refuse, "code_unknown");
}

TEST(Code, OfAnotherClientIsNotUsedUp) {
  auto code = good();
  code.is_of_client = false;
  code.is_first.reset();
  expect(code, CodeStep::refuse, "code_of_another_client");
}

TEST(Code, IsUsedUpBeforeWhatElseIsWrong) {
  auto code = good();
  code.is_first.reset();
  code.verifier_fits = false;
  expect(code, CodeStep::mark_used, "");
  code.is_first = true;
  expect(code, CodeStep::refuse, "code_verifier_mismatch");
}

TEST(Code, ASecondUseEndsWhatTheFirstHasGiven) {
  auto code = good();
  code.is_first = false;
  expect(code, CodeStep::end_family, "code_replayed");
}

TEST(Code, IsForItsRedirectUri) {
  auto code = good();
  code.redirect_uri_fits = false;
  expect(code, CodeStep::refuse, "redirect_uri_mismatch");
}

}  // namespace
}  // namespace ostia::authority::protocol
