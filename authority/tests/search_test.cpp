// `q` of the Management API, and conditions that are no text.
#include "management/search.hpp"

#include <gtest/gtest.h>

#include "ostia/text/ascii.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

Value user(const char* connection, const char* email) {
  return Value::object({{"email", email}, {"identities", Value::array({Value::object({{"connection", connection}})})}});
}

TEST(Search, AFieldIsAskedForByItsValueAlone) {
  for (const char* name : {"plain", "a\"b", "\\", "*", "a b", "x\" OR email:\"*", "x\") OR (\"y", "AND", ""}) {
    const auto query = Query::of_field("identities.connection", name);
    EXPECT_TRUE(query.matches(user(name, "ada@example.com"))) << name;
    EXPECT_FALSE(query.matches(user("another", "ada@example.com"))) << name;
    EXPECT_EQ(query.demands("identities.connection"), text::lower(name));
  }
  EXPECT_TRUE(Query::of_field("email", "Ada@Example.com").matches(user("c", "ada@example.com")));
}

TEST(Search, BothCount) {
  const auto c = Query::of_field("identities.connection", "c");
  const auto either = Query::both(c, *Query::parse("email:ada@example.com OR email:grace@example.com"));
  EXPECT_TRUE(either.matches(user("c", "grace@example.com")));
  EXPECT_FALSE(either.matches(user("d", "grace@example.com")));
  EXPECT_FALSE(either.matches(user("c", "mallory@example.com")));
  EXPECT_EQ(either.demands("email"), std::nullopt);
  EXPECT_EQ(Query::both(c, *Query::parse("email:ada@example.com AND blocked:true")).demands("email"),
            "ada@example.com");
  EXPECT_TRUE(Query::both(c, *Query::parse("")).matches(user("c", "x")));
  EXPECT_FALSE(Query::both(c, *Query::parse("")).matches(user("d", "x")));
}

}  // namespace
}  // namespace ostia::authority::management
