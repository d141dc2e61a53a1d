#include "protocol/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

namespace ostia::authority::protocol {
namespace {

constexpr std::int64_t now = 1'000'000;

// Everything that a rule could ask, and nothing against it.
Facts all_well(Way way) {
  Facts f;
  f.way = way;
  f.now = now;
  f.person = Person{.is_there = true, .door_is_open = true, .auth_time = now - 1000};
  f.membership = f.access = f.scripts = ok();
  f.factors = Factors{};
  f.consent_is_missing = f.passkey_is_offered = false;
  return f;
}

constexpr Way every_way[] = {Way::page,   Way::silent,        Way::device_page, Way::code,    Way::refresh,
                             Way::direct, Way::second_factor, Way::device,      Way::exchange};

bool asks(const Rule& rule, Way way) { return std::find(rule.ways.begin(), rule.ways.end(), way) != rule.ways.end(); }
bool has_pages(Way way) { return way == Way::page || way == Way::device_page; }
bool is_at_authorize(Way way) { return has_pages(way) || way == Way::silent; }

Error no(std::string code) { return {std::move(code), "because", "why", 403, Fault::caller}; }

// One side of an edge: what to change of facts that are well, and whether the rule holds then.
struct Edge {
  std::string_view rule, what;
  bool holds;
  std::function<void(Facts&)> change;
};

const std::vector<Edge>& edges() {
  static const std::vector<Edge> all = {
      {"person_is_known", "there", true, [](Facts&) {}},
      {"person_is_known", "gone", false, [](Facts& f) { f.person = Person{}; }},
      {"person_is_not_blocked", "not blocked", true, [](Facts&) {}},
      {"person_is_not_blocked", "blocked", false, [](Facts& f) { f.person->is_blocked = true; }},
      {"nothing_has_ended_it", "the same epoch", true, [](Facts&) {}},
      {"nothing_has_ended_it", "another epoch", false, [](Facts& f) { f.person->is_of_this_epoch = false; }},
      {"session_stands", "a session", true, [](Facts&) {}},
      {"session_stands", "it has ended", false, [](Facts& f) { f.person->session_has_ended = true; }},
      {"transfer_stands", "what it came of stands", true, [](Facts&) {}},
      {"transfer_stands", "that has ended", false, [](Facts& f) { f.person->transfer_has_ended = true; }},
      {"agreement_stands", "agreed", true, [](Facts&) {}},
      {"agreement_stands", "withdrawn", false, [](Facts& f) { f.person->is_withdrawn = true; }},
      {"key_is_the_same", "the same, or bound to none", true, [](Facts&) {}},
      {"key_is_the_same", "another one, or none", false, [](Facts& f) { f.has_other_key = true; }},
      {"proof_is_enough", "enough, or not wanted", true, [](Facts&) {}},
      {"proof_is_enough", "wanted, and not shown", false, [](Facts& f) { f.lacks_proof = true; }},
      {"session_is_there", "signed in", true, [](Facts&) {}},
      {"session_is_there", "nobody", false, [](Facts& f) { f.person = Person{}; }},
      {"organization_is_named", "named or not needed", true, [](Facts&) {}},
      {"organization_is_named", "needed and not named", false, [](Facts& f) { f.lacks_organization = true; }},
      {"door_is_open", "enabled", true, [](Facts&) {}},
      {"door_is_open", "not enabled", false, [](Facts& f) { f.person->door_is_open = false; }},
      {"hint_is_theirs", "theirs", true, [](Facts&) {}},
      {"hint_is_theirs", "somebody else's", false, [](Facts& f) { f.person->agrees_with_hint = false; }},
      {"login_is_recent", "the last second of max_age", true, [](Facts& f) { f.max_age = 1000; }},
      {"login_is_recent", "the first after it", false, [](Facts& f) { f.max_age = 999; }},
      {"login_is_recent", "max_age=0 in the second of the login", false,
       [](Facts& f) {
         f.max_age = 0;
         f.person->auth_time = now;
       }},
      {"login_is_recent", "max_age=0, signed in for this request", true,
       [](Facts& f) {
         f.max_age = 0;
         f.person->is_fresh = true;
       }},
      {"login_is_recent", "prompt=login", false, [](Facts& f) { f.prompts_login = true; }},
      {"login_is_recent", "prompt=login, signed in for this request", true,
       [](Facts& f) {
         f.prompts_login = true;
         f.person->is_fresh = true;
       }},
      {"login_is_recent", "prompt=select_account", false, [](Facts& f) { f.prompts_select_account = true; }},
      {"login_is_recent", "prompt=select_account, chosen", true,
       [](Facts& f) {
         f.prompts_select_account = true;
         f.person->is_chosen = true;
       }},
      {"login_is_recent", "a session that was chosen is as old as it is", false,
       [](Facts& f) {
         f.max_age = 999;
         f.person->is_chosen = true;
       }},
      {"login_is_recent", "an invitation, signed in before", false, [](Facts& f) { f.has_invitation = true; }},
      {"account_is_at_the_upstream", "there", true, [](Facts&) {}},
      {"account_is_at_the_upstream", "elsewhere", false, [](Facts& f) { f.person->is_at_upstream = false; }},
      {"person_is_member", "a member", true, [](Facts&) {}},
      {"person_is_member", "none", false, [](Facts& f) { f.membership = no("access_denied"); }},
      {"access_is_possible", "possible", true, [](Facts&) {}},
      {"access_is_possible", "no such API", false, [](Facts& f) { f.access = no("access_denied"); }},
      {"scripts_let_in", "let in", true, [](Facts&) {}},
      {"scripts_let_in", "refused", false, [](Facts& f) { f.scripts = no("unauthorized"); }},
      {"scripts_send_nowhere", "nowhere", true, [](Facts&) {}},
      {"scripts_send_nowhere", "elsewhere", false, [](Facts& f) { f.scripts_redirect = true; }},
      {"second_factor_can_be_shown", "wanted, one is turned on", true,
       [](Facts& f) {
         f.factors = Factors{.is_wanted = true, .tenant_has_any = true};
         f.person->second_factor_at = now;
       }},
      {"second_factor_can_be_shown", "wanted, none is turned on", false,
       [](Facts& f) { f.factors = Factors{.is_wanted = true}; }},
      {"second_factor_is_shown", "not wanted", true, [](Facts&) {}},
      {"second_factor_is_shown", "wanted", false,
       [](Facts& f) { f.factors = Factors{.is_wanted = true, .tenant_has_any = true}; }},
      {"second_factor_is_shown", "shown with what comes back", true,
       [](Facts& f) { f.factors = Factors{.is_wanted = true, .tenant_has_any = true, .was_shown_before = true}; }},
      {"second_factor_is_shown", "the last second that the application takes", true,
       [](Facts& f) {
         f.factors = Factors{.is_wanted = true, .tenant_has_any = true};
         f.second_factor_age = 100;
         f.person->second_factor_at = now - 100;
       }},
      {"second_factor_is_shown", "the first after it", false,
       [](Facts& f) {
         f.factors = Factors{.is_wanted = true, .tenant_has_any = true};
         f.second_factor_age = 100;
         f.person->second_factor_at = now - 101;
       }},
      {"second_factor_is_shown", "a login takes a minute: its last second", true,
       [](Facts& f) {
         f.factors = Factors{.is_wanted = true, .tenant_has_any = true};
         f.second_factor_age = 0;
         f.person->second_factor_at = now - 60;
       }},
      {"second_factor_is_shown", "a login takes a minute: the first after it", false,
       [](Facts& f) {
         f.factors = Factors{.is_wanted = true, .tenant_has_any = true};
         f.second_factor_age = 0;
         f.person->second_factor_at = now - 61;
       }},
      {"consent_is_given", "given", true, [](Facts&) {}},
      {"consent_is_given", "missing", false, [](Facts& f) { f.consent_is_missing = true; }},
      {"passkey_was_offered", "none to offer", true, [](Facts&) {}},
      {"passkey_was_offered", "to be offered", false, [](Facts& f) { f.passkey_is_offered = true; }},
      {"passkey_was_offered", "offered in this session", true,
       [](Facts& f) {
         f.passkey_is_offered = true;
         f.person->was_offered_passkey = true;
       }},
  };
  return all;
}

const Rule& rule_named(std::string_view label) {
  const auto all = rules();
  return *std::find_if(all.begin(), all.end(), [&](const Rule& rule) { return rule.label == label; });
}

TEST(Gate, EveryRuleIsTriedOnBothSides) {
  std::set<std::pair<std::string_view, bool>> tried;
  for (const auto& edge : edges()) tried.insert({edge.rule, edge.holds});
  for (const auto& rule : rules()) {
    EXPECT_TRUE(tried.contains({rule.label, true})) << rule.label;
    EXPECT_TRUE(tried.contains({rule.label, false})) << rule.label;
  }
  EXPECT_EQ(tried.size(), 2 * rules().size()) << "an edge names a rule that there is not";
}

// Each side of each edge, by each way that asks the rule: what holds lets everything through, what does not ends in
// that rule and no other.
TEST(Gate, EachEdgeByEachWay) {
  for (const auto& edge : edges())
    for (const Way way : every_way) {
      const Rule& rule = rule_named(edge.rule);
      if (!asks(rule, way)) continue;
      Facts facts = all_well(way);
      edge.change(facts);
      EXPECT_EQ(rule.holds(facts), edge.holds) << edge.rule << ": " << edge.what;
      const Next next = next_step(facts);
      const auto* refusal = std::get_if<Refuse>(&next);
      const bool is_allowed = std::holds_alternative<Allow>(next);
      EXPECT_EQ(is_allowed, edge.holds) << edge.rule << ": " << edge.what << ", way " << static_cast<int>(way);
      if (edge.holds || (has_pages(way) && rule.page != Page::none)) continue;
      ASSERT_TRUE(refusal) << edge.rule << ", way " << static_cast<int>(way);
      EXPECT_EQ(refusal->rule->label, edge.rule);
      EXPECT_FALSE(refusal->error.code.empty()) << edge.rule << ", way " << static_cast<int>(way);
      EXPECT_TRUE(is_at_authorize(way) || !refusal->error.reason.empty()) << edge.rule;
    }
}

TEST(Gate, AsksForNothingBeforeItIsNeeded) {
  Facts facts;
  facts.now = now;
  EXPECT_EQ(std::get<Need>(next_step(facts)), Need::person);
  facts.person = Person{};
  EXPECT_TRUE(std::holds_alternative<Show>(next_step(facts))) << "nobody is signed in: nothing else is asked";
  facts.person = all_well(Way::page).person;
  const Need order[] = {Need::membership, Need::access, Need::scripts, Need::factors, Need::consent, Need::passkey};
  for (const Need need : order) {
    EXPECT_EQ(std::get<Need>(next_step(facts)), need);
    if (need == Need::membership) facts.membership = ok();
    if (need == Need::access) facts.access = ok();
    if (need == Need::scripts) facts.scripts = ok();
    if (need == Need::factors) facts.factors = Factors{};
    if (need == Need::consent) facts.consent_is_missing = false;
    if (need == Need::passkey) facts.passkey_is_offered = false;
  }
  EXPECT_TRUE(std::holds_alternative<Allow>(next_step(facts)));
}

// RFC 6749 section 4.1.3 and what follows: the tokens of a code are not asked for twice what the login was asked.
TEST(Gate, ACodeAsksNeitherScriptsNorFactorsNorConsent) {
  Facts facts = all_well(Way::code);
  facts.scripts.reset();
  facts.factors.reset();
  facts.consent_is_missing.reset();
  EXPECT_TRUE(std::holds_alternative<Allow>(next_step(facts)));
}

TEST(Gate, AnApplicationThatNamesAnUpstreamSendsPeopleThere) {
  Facts facts = all_well(Way::page);
  facts.names_upstream = true;
  facts.person = Person{};
  EXPECT_TRUE(std::holds_alternative<Depart>(next_step(facts)));
  facts.lacks_organization = true;
  EXPECT_TRUE(std::holds_alternative<Show>(next_step(facts))) << "first it is said which organization";
  facts = all_well(Way::page);
  facts.names_upstream = true;
  facts.prompts_select_account = true;
  EXPECT_TRUE(std::holds_alternative<Show>(next_step(facts))) << "the one who is there may be chosen";
  facts.way = Way::silent;
  EXPECT_EQ(std::get<Refuse>(next_step(facts)).error.code, "login_required");
}

TEST(Gate, WhatAFactSaysIsToldAsItIs) {
  Facts facts = all_well(Way::silent);
  facts.membership = no("access_denied");
  EXPECT_EQ(std::get<Refuse>(next_step(facts)).error.description, "because");
}

TEST(Gate, TheOrderOfTheRules) {
  // A person who is blocked, of another epoch and behind a closed door is told the first of it.
  Facts facts = all_well(Way::code);
  facts.person->is_blocked = true;
  facts.person->is_of_this_epoch = false;
  facts.person->door_is_open = false;
  EXPECT_EQ(std::get<Refuse>(next_step(facts)).rule->label, "person_is_not_blocked");
}

}  // namespace
}  // namespace ostia::authority::protocol
