// `Members` against `parse`: whatever it takes, the two must agree on.
#include <gtest/gtest.h>

#include "ostia/json/members.hpp"

namespace ostia::json {
namespace {

TEST(Members, ReadsInPlace) {
  const auto m = Members::read(R"( {"iss":"i", "n": -12 ,"aud":["a" , "b"],"o":{"x":[1,{"y":null}]},"n":7,"t":true} )");
  ASSERT_TRUE(m);
  EXPECT_EQ((*m)["iss"].text(), "i");
  EXPECT_EQ((*m)["n"].text(), "7");
  EXPECT_TRUE((*m)["n"].is_number());
  EXPECT_EQ((*m)["aud"].size(), 2U);
  EXPECT_FALSE((*m)["o"].is_string());
  EXPECT_TRUE((*m)["o"].text().empty());
  EXPECT_FALSE((*m)["none"].is_number());
  EXPECT_FALSE(m->find("none"));
  EXPECT_TRUE(m->find("t"));
}

TEST(Members, NeverTakesWhatParseRefuses) {
  const std::string good = R"({"iss":"i","n":12,"aud":["a","b"],"o":{"x":[1,{"y":null}]},"t":false})";
  int taken = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char c : std::string("\"\\{}[],:0x\x01\xff ")) {
      std::string changed = good;
      changed[at] = c;
      const auto members = Members::read(changed);
      const auto parsed = parse(changed);
      if (!members) continue;
      ++taken;
      ASSERT_TRUE(parsed && parsed->is_object()) << changed;
      for (const char* key : {"iss", "n", "aud", "t", "o"}) {
        EXPECT_EQ((*members)[key].text(), (*parsed)[key].text()) << changed;
        EXPECT_EQ((*members)[key].is_array(), (*parsed)[key].is_array()) << changed;
      }
    }
  EXPECT_GT(taken, 50);
}

TEST(Members, LeavesTheUnusualToParse) {
  for (const char* text : {R"({"a":"\u0041"})", R"({"a":1.5})", R"({"aud":[1]})",
                           R"({"aud":["1","2","3","4","5","6","7","8","9"]})", "[]", "{", "{}x"})
    EXPECT_FALSE(Members::read(text)) << text;
  EXPECT_TRUE(Members::read("{}"));
}

}  // namespace
}  // namespace ostia::json
