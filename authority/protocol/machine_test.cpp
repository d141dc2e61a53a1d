#include "protocol/machine.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

std::string_view reason_of(const MachineInOrganization& facts) {
  const auto refusal = judge_machine(facts);
  return refusal ? refusal->reason : std::string_view();
}

TEST(MachineRules, EachFactDecidesOnItsOwn) {
  const MachineInOrganization good{
      .is_asked = true, .exists = true, .grant_allows = true, .grant_requires = true, .is_given_to_it = true};
  EXPECT_EQ(reason_of(good), "");
  auto facts = good;
  facts.is_asked = false;
  EXPECT_EQ(reason_of(facts), "organization_missing");
  facts.grant_requires = false;
  EXPECT_EQ(reason_of(facts), "");
  facts = good;
  facts.exists = false;
  EXPECT_EQ(reason_of(facts), "organization_unknown");
  facts = good;
  facts.grant_allows = facts.grant_requires = false;
  EXPECT_EQ(reason_of(facts), "grant_without_organization");
  facts = good;
  facts.is_given_to_it = false;
  EXPECT_EQ(reason_of(facts), "grant_of_another_organization");
}

}  // namespace
}  // namespace ostia::authority::protocol
