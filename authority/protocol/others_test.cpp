#include <gtest/gtest.h>

#include "protocol/device.hpp"
#include "protocol/enrolment.hpp"
#include "protocol/exchange.hpp"
#include "protocol/first_page.hpp"
#include "protocol/logout.hpp"
#include "protocol/reset.hpp"
#include "protocol/words.hpp"

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'000'000;

// ---- Devices (RFC 8628 section 3.5)

PollingDevice waiting() { return {.is_known = true, .expires_at = now, .polled_at = now - 5, .interval = 5}; }

TEST(Device, MayAskAgainWhenItsIntervalIsOver) { EXPECT_EQ(judge_poll(waiting(), now).step, PollStep::wait); }

TEST(Device, IsToldToSlowDownASecondBefore) {
  auto device = waiting();
  device.polled_at = now - 4;
  EXPECT_EQ(judge_poll(device, now).step, PollStep::slow_down);
}

TEST(Device, MayAskForTheFirstTimeAtOnce) {
  auto device = waiting();
  device.polled_at = 0;
  EXPECT_EQ(judge_poll(device, now).step, PollStep::wait);
}

TEST(Device, IsGoodInItsLastSecondAndOverInTheNext) {
  auto device = waiting();
  device.state = DeviceState::approved;
  EXPECT_EQ(judge_poll(device, now).step, PollStep::give);
  EXPECT_EQ(judge_poll(device, now + 1).code, "expired_token");
}

TEST(Device, IsToldOfARefusal) {
  auto device = waiting();
  device.state = DeviceState::denied;
  EXPECT_EQ(judge_poll(device, now).code, "access_denied");
}

TEST(Device, OfAnotherClientIsUnknown) { EXPECT_EQ(judge_poll({}, now).code, "invalid_grant"); }

// ---- Exchanges (RFC 8693)

ExchangeRequest fitting() {
  return {.subject_type_fits = true, .requested_type_fits = true, .subject_token_is_ours = true, .client_may = true};
}

TEST(Exchange, GoesOnWhereEverythingFits) { EXPECT_FALSE(judge_exchange(fitting())); }

TEST(Exchange, EachRefusal) {
  struct Case {
    std::string_view reason;
    void (*change)(ExchangeRequest&);
  };
  const Case cases[] = {
      {"subject_token_type_unknown", [](ExchangeRequest& r) { r.subject_type_fits = false; }},
      {"requested_token_type_unknown", [](ExchangeRequest& r) { r.requested_type_fits = false; }},
      {"actor_token_unsupported", [](ExchangeRequest& r) { r.names_actor = true; }},
      {"client_public", [](ExchangeRequest& r) { r.client_is_public = true; }},
      {"subject_token_invalid", [](ExchangeRequest& r) { r.subject_token_is_ours = false; }},
      {"client_grant_missing", [](ExchangeRequest& r) { r.client_may = false; }},
      {"audience_same", [](ExchangeRequest& r) { r.is_for_that_audience = true; }},
      {"scope_wider", [](ExchangeRequest& r) { r.scope_that_is_unknown = "delete:all"; }},
  };
  for (const auto& [reason, change] : cases) {
    auto request = fitting();
    change(request);
    const auto refusal = judge_exchange(request);
    ASSERT_TRUE(refusal) << reason;
    EXPECT_EQ(refusal->reason, reason);
  }
}

// ---- Logout (RP-Initiated Logout section 2)

TEST(Logout, EndsTheSessionOfTheOneWhomTheHintNames) {
  LogoutRequest r{.has_hint = true, .hint_is_ours = true, .hint_fits_client = true, .session_is_there = true};
  EXPECT_EQ(judge_logout(r).step, LogoutStep::ask);
  r.hint_is_theirs = true;
  EXPECT_EQ(judge_logout(r).step, LogoutStep::end);
}

TEST(Logout, AsksWhereNoHintSaysWhoIsMeant) {
  EXPECT_EQ(judge_logout({.session_is_there = true}).step, LogoutStep::ask);
  EXPECT_EQ(judge_logout({}).step, LogoutStep::end) << "nobody is signed in, so nobody can be hurt";
}

TEST(Logout, EachRefusal) {
  EXPECT_EQ(judge_logout({.has_hint = true}).reason, "hint_invalid");
  EXPECT_EQ(judge_logout({.has_hint = true, .hint_is_ours = true}).reason, "hint_of_another_client");
  EXPECT_EQ(judge_logout({.client_is_known = false}).reason, "logout_client_unknown");
  EXPECT_EQ(judge_logout({.return_is_listed = false}).reason, "logout_url_mismatch");
}

// ---- Enrolment

TEST(Enrolment, TakesALoginInItsLastSecondAndNotInTheNext) {
  EXPECT_EQ(judge_enrolment({.logged_in_at = now - enrolment_login_age}, now), EnrolmentStep::enrol);
  EXPECT_EQ(judge_enrolment({.logged_in_at = now - enrolment_login_age - 1}, now), EnrolmentStep::log_in);
}

TEST(Enrolment, TakesTheFactorThatIsThere) {
  EXPECT_EQ(judge_enrolment({.logged_in_at = now, .has_factor = true}, now), EnrolmentStep::show_factor);
  EXPECT_EQ(judge_enrolment({.logged_in_at = now, .has_factor = true, .has_shown_factor = true}, now),
            EnrolmentStep::enrol);
}

PresentedFactor begun() { return {.is_turned_on = true, .created_at = now, .may_confirm = true}; }

TEST(Factor, ThatWasBegunProvesSomethingInItsLastSecondAndNotInTheNext) {
  EXPECT_TRUE(may_prove(begun(), now + enrolment_lifetime));
  EXPECT_FALSE(may_prove(begun(), now + enrolment_lifetime + 1));
}

TEST(Factor, ThatWasBegunProvesNothingBesideOneThatWorks) {
  auto factor = begun();
  factor.has_confirmed_one = true;
  EXPECT_FALSE(may_prove(factor, now)) << "it may have been planted";
  factor.begun_with_another = true;
  EXPECT_TRUE(may_prove(factor, now));
}

TEST(Factor, ThatWasBegunProvesNothingWhereNoneIsFinished) {
  auto factor = begun();
  factor.may_confirm = false;
  EXPECT_FALSE(may_prove(factor, now));
}

TEST(Factor, ThatIsConfirmedStaysWhileItIsTurnedOn) {
  PresentedFactor factor{.is_turned_on = true, .is_confirmed = true};
  EXPECT_TRUE(may_prove(factor, now));
  factor.is_turned_on = false;
  EXPECT_FALSE(may_prove(factor, now));
}

// ---- A new password

TEST(Reset, IsGoodInItsLastSecondAndOverInTheNext) {
  const PresentedReset good{.is_ours = true, .until = now, .account_is_there = true, .credential_fits = true};
  EXPECT_TRUE(may_reset(good, now));
  EXPECT_FALSE(may_reset(good, now + 1));
}

TEST(Reset, EndsWithTheAccountThePasswordAndTheAddress) {
  EXPECT_FALSE(may_reset({.is_ours = true, .until = now, .account_is_there = true}, now));
  EXPECT_FALSE(may_reset({.is_ours = true, .until = now, .credential_fits = true}, now));
  EXPECT_FALSE(may_reset({.until = now, .account_is_there = true, .credential_fits = true}, now));
}

// ---- The first page

TEST(FirstPage, OneThingAfterAnother) {
  LoginRequest r{.lacks_organization = true,
                 .chooses_account = true,
                 .names_passwordless = true,
                 .screen_hint = "signup",
                 .has_passwordless = true};
  EXPECT_EQ(first_page(r), FirstPage::organization);
  r.lacks_organization = false;
  EXPECT_EQ(first_page(r), FirstPage::account);
  r.chooses_account = false;
  EXPECT_EQ(first_page(r), FirstPage::passwordless);
  r.names_passwordless = false;
  EXPECT_EQ(first_page(r), FirstPage::signup);
  r.screen_hint = "reset-password";
  EXPECT_EQ(first_page(r), FirstPage::reset_password);
  r.screen_hint = "";
  EXPECT_EQ(first_page(r), FirstPage::passwordless) << "there is nothing else to log in by";
  r.has_database = true;
  EXPECT_EQ(first_page(r), FirstPage::login);
}

// ---- Words

TEST(Words, AreEachThereOnceAndInTheirOrder) {
  Words words("b a  b");
  words.add("a");
  words.add("");
  words.add("c");
  EXPECT_EQ(words.text(), "b a c");
  EXPECT_TRUE(words.has("a"));
  EXPECT_FALSE(words.has("A"));
  EXPECT_EQ(words.where([](auto word) { return word != "a"; }).text(), "b c");
  EXPECT_TRUE(Words("").empty());
}

}  // namespace
}  // namespace ostia::authority::protocol
