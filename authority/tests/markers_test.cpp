// Markers of the deploy CLI: replaced wherever they stand, named where they have no value.
#include "tenant/markers.hpp"

#include <gtest/gtest.h>

#include "tenant/yaml.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value values() {
  return *json::parse(R"({"LIST":["a","b"],"TEXT":"x y","N":3,"$1":"dollar","REF":"@@LIST@@ ##TEXT##"})");
}
std::string filled(std::string_view text, bool is_yaml = true) { return replace_markers(text, values(), is_yaml).text; }

TEST(Markers, AValueTakesItsQuotesAlong) {
  for (const char* text : {"k: @@LIST@@", "k: '@@LIST@@'", "k: \"@@LIST@@\""})
    EXPECT_EQ(filled(text), R"(k: ["a","b"])") << text;
  EXPECT_EQ(filled("k: \"@@LIST@@'"), R"(k: "["a","b"]')");
  EXPECT_EQ(filled("k: \"of @@N@@\""), "k: \"of 3\"");
}

TEST(Markers, ATextStandsWithinAText) {
  EXPECT_EQ(filled("k: https://##TEXT##/cb"), "k: https://x y/cb");
  EXPECT_EQ(filled("##N####N##"), "33");
}

TEST(Markers, WhatIsFilledInIsNotReadAgain) {
  EXPECT_EQ(filled("##REF##"), "@@LIST@@ ##TEXT##");
  EXPECT_TRUE(replace_markers("##REF##", values(), true).unfilled.empty());
}

TEST(Markers, WhatIsNoneStays) {
  for (const char* text : {"## A heading ##", "a@@b", "@@@@", "####", "x # y", "@@A B@@", "##", "@@", "#", "@",
                           "me@@example.com", "@@A", "##A", "@@A##", "##A@@", ""})
    EXPECT_EQ(filled(text), text) << text;
}

TEST(Markers, OneWithoutAValueIsNamedOnceWithItsLine) {
  const auto out = replace_markers("a\nb: ##X##\nc: ##X##\nd: @@Y@@\n", values(), false);
  ASSERT_EQ(out.unfilled.size(), 2U);
  EXPECT_EQ(out.unfilled[0].text, "##X##");
  EXPECT_EQ(out.unfilled[0].line, 2U);
  EXPECT_EQ(out.unfilled[1].text, "@@Y@@");
  EXPECT_EQ(out.unfilled[1].line, 4U);
  EXPECT_EQ(out.text, "a\nb: ##X##\nc: ##X##\nd: @@Y@@\n");
}

TEST(Markers, InYamlOneWithoutAValueIsAText) {
  const std::pair<const char*, const char*> members[] = {{"k: @@X@@", "@@X@@"},         {"k: ##X##", "##X##"},
                                                         {"k: ##X##-eu", "##X##-eu"},   {"k: \"##X##\"", "##X##"},
                                                         {"k: a ##X## b", "a ##X## b"}, {"k: ##X## # said", "##X##"},
                                                         {"k: 'a-@@X@@'", "a-@@X@@"}};
  for (const auto& [text, value] : members) {
    const auto read = parse_yaml(filled(text));
    ASSERT_TRUE(read) << text << " became " << filled(text);
    EXPECT_EQ((*read)["k"].text(), value) << text;
  }
  const auto script =
      parse_yaml(filled("a:\n  - s: |\n      const x = ##X##;\n\n      const y = [@@Y@@];\n    t: ##Z##\n"));
  ASSERT_TRUE(script);
  EXPECT_EQ((*script)["a"].at(0)["s"].text(), "const x = ##X##;\n\nconst y = [@@Y@@];\n");
  EXPECT_EQ((*script)["a"].at(0)["t"].text(), "##Z##");
  const auto list = parse_yaml(filled("k:\n  - @@X@@\n  - ##Y##\nf: [@@X@@, ##Y##]\n"));
  ASSERT_TRUE(list);
  EXPECT_EQ((*list)["k"].size(), 2U);
  EXPECT_EQ((*list)["f"].size(), 2U);
}

}  // namespace
}  // namespace ostia::authority
