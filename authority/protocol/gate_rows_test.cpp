// Each row of the gate's table refuses where it does not hold, and all of them let pass where they do.
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "protocol/gate.hpp"

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'000'000;

/// All is known, and nothing stands against it.
Facts good(Way way) {
  Facts f;
  f.way = way;
  f.now = now;
  f.person = Person{.is_there = true, .door_is_open = true, .auth_time = now, .second_factor_at = {}};
  f.membership = f.access = f.scripts = ok();
  f.factors = Factors{};
  f.consent_is_missing = f.passkey_is_offered = false;
  return f;
}

struct Case {
  std::string_view label;
  Way way;
  void (*spoil)(Facts&);
};

Status no() { return Error{"access_denied", "no", "no", 403}; }

constexpr Case refused[] = {
    {"person_is_known", Way::refresh, [](Facts& f) { f.person->is_there = false; }},
    {"person_is_not_blocked", Way::refresh, [](Facts& f) { f.person->is_blocked = true; }},
    {"nothing_has_ended_it", Way::code, [](Facts& f) { f.person->is_of_this_epoch = false; }},
    {"session_stands", Way::code, [](Facts& f) { f.person->session_has_ended = true; }},
    {"agreement_stands", Way::exchange, [](Facts& f) { f.person->is_withdrawn = true; }},
    {"session_is_there", Way::silent, [](Facts& f) { f.person->is_there = false; }},
    {"organization_is_named", Way::direct, [](Facts& f) { f.lacks_organization = true; }},
    {"door_is_open", Way::device, [](Facts& f) { f.person->door_is_open = false; }},
    {"hint_is_theirs", Way::silent, [](Facts& f) { f.person->agrees_with_hint = false; }},
    {"login_is_recent", Way::silent, [](Facts& f) { f.max_age = 0; }},
    {"person_is_member", Way::second_factor, [](Facts& f) { f.membership = no(); }},
    {"access_is_possible", Way::silent, [](Facts& f) { f.access = no(); }},
    {"scripts_let_in", Way::silent, [](Facts& f) { f.scripts = no(); }},
    {"scripts_send_nowhere", Way::silent, [](Facts& f) { f.scripts_redirect = true; }},
    {"second_factor_can_be_shown", Way::page, [](Facts& f) { f.factors->is_wanted = true; }},
    {"second_factor_is_shown", Way::refresh,
     [](Facts& f) { f.factors = Factors{.is_wanted = true, .tenant_has_any = true}; }},
    {"consent_is_given", Way::silent, [](Facts& f) { f.consent_is_missing = true; }},
};

struct PageCase {
  std::string_view label;
  Page page;
  void (*spoil)(Facts&);
};

constexpr PageCase shown[] = {
    {"account_is_at_the_upstream", Page::login, [](Facts& f) { f.person->is_at_upstream = false; }},
    {"passkey_was_offered", Page::passkey, [](Facts& f) { f.passkey_is_offered = true; }},
};

TEST(Gate, LetsPassWhatIsGood) {
  for (const Way way : {Way::page, Way::silent, Way::device_page, Way::code, Way::refresh, Way::direct,
                        Way::second_factor, Way::device, Way::exchange})
    EXPECT_TRUE(std::holds_alternative<Allow>(next_step(good(way)))) << static_cast<int>(way);
}

TEST(Gate, RefusesByTheRowThatDoesNotHold) {
  for (const Case& one : refused) {
    Facts f = good(one.way);
    one.spoil(f);
    const Next next = next_step(f);
    const auto* refusal = std::get_if<Refuse>(&next);
    ASSERT_TRUE(refusal) << one.label;
    EXPECT_EQ(refusal->rule->label, one.label);
    EXPECT_FALSE(refusal->error.code.empty()) << one.label;
  }
}

TEST(Gate, ShowsAPageWhereThereIsOne) {
  for (const PageCase& one : shown) {
    Facts f = good(Way::page);
    one.spoil(f);
    const Next next = next_step(f);
    const auto* show = std::get_if<Show>(&next);
    ASSERT_TRUE(show) << one.label;
    EXPECT_EQ(show->page, one.page) << one.label;
  }
}

TEST(Gate, HasATestForEachRow) {
  std::set<std::string_view> tried, there;
  for (const Case& one : refused) tried.insert(one.label);
  for (const PageCase& one : shown) tried.insert(one.label);
  for (const Rule& rule : rules()) there.insert(rule.label);
  EXPECT_EQ(tried, there);
}

}  // namespace
}  // namespace ostia::authority::protocol
