// One mailbox, one spelling.
#include "base/address.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

TEST(Address, SpellingsOfOneMailboxAreOne) {
  const std::pair<const char*, std::vector<const char*>> mailboxes[] = {
      {"ada@example.com", {"ada@example.com", "Ada@Example.COM", "ADA@EXAMPLE.com"}},
      {"ärger@example.com",
       {"ärger@example.com", "Ärger@example.com", "a\u0308rger@example.com", "A\u0308RGER@EXAMPLE.COM"}},
      {"ada@xn--bcher-kva.example",
       {"ada@bücher.example", "ada@BÜCHER.example", "ada@bu\u0308cher.example", "ada@xn--bcher-kva.example",
        "ada@XN--BCHER-KVA.example", "ada@bücher。example", "ada@ｂücher.example"}},
      {"иван@xn--e1afmkfd.xn--p1ai", {"иван@пример.рф", "ИВАН@ПРИМЕР.РФ"}},
      {"σίσυφοσ@example.gr", {"σίσυφος@example.gr", "ΣΊΣΥΦΟΣ@EXAMPLE.gr"}},
      {"用户@xn--fsqu00a.xn--0zwm56d", {"用户@例子.测试"}},
      {"straße@xn--strae-oqa.example", {"straße@straße.example", "STRAẞE@straße.example"}},
      {"o'hara+x@example.com", {"O'Hara+X@example.com"}},
  };
  for (const auto& [canonical, spellings] : mailboxes)
    for (const char* spelling : spellings) {
      EXPECT_EQ(canonical_email(spelling), canonical) << spelling;
      EXPECT_EQ(canonical_login(spelling), canonical) << spelling;
      EXPECT_TRUE(is_email(spelling)) << spelling;
    }
}

TEST(Address, WhatIsCanonicalStaysSo) {
  for (const char* text : {"ada@example.com", "Ärger@Bücher.example", "ΣΊΣΥΦΟΣ@example.gr", "İstanbul@example.com",
                           "ſ@example.com", "ǅ@example.com", "ᾳ@example.gr"}) {
    const auto once = canonical_email(text);
    ASSERT_TRUE(once) << text;
    EXPECT_EQ(canonical_email(*once), once) << text;
  }
}

TEST(Text, WhatIsVisibleShowsWhatItHas) {
  for (const char* good : {"An agent", "Агент 7", "وكيل", "代理店", "एजेंट", "O’Neil & Sons – “Agent”", "a\u0308"})
    EXPECT_TRUE(is_visible(good)) << good;
  for (const char* bad :
       {"Goo\u202egle", "Goo\u2066gle", "Goo\u200bgle", "Goo\u2060gle", "Goo\U000E0041gle", "Goo\ue000gle",
        "Goo\u2028gle", "Goo\tgle", "Goo\u2800gle", "\uFFFC", "Goo\u00adgle", "Goo\xffgle"})
    EXPECT_FALSE(is_visible(bad)) << bad;
}

TEST(Address, DifferentMailboxesStayApart) {
  EXPECT_NE(canonical_email("straße@example.com"), canonical_email("strasse@example.com"));
  EXPECT_NE(canonical_email("ada@straße.example"), canonical_email("ada@strasse.example"));
  EXPECT_NE(canonical_email("arger@example.com"), canonical_email("ärger@example.com"));
  EXPECT_NE(canonical_email("ıvan@example.com"), canonical_email("ivan@example.com"));
  EXPECT_NE(canonical_email("раypal@example.com"), canonical_email("paypal@example.com"));  // two letters are Cyrillic
}

TEST(Address, WhatHasNoCanonicalFormIsNoAddress) {
  const std::string long_local(65, 'x'), long_host = std::string(64, 'b') + ".example";
  for (const std::string text : {"",
                                 "@",
                                 "ada",
                                 "ada@",
                                 "@example.com",
                                 "ada@example",
                                 "ada@.example",
                                 "ada@example.",
                                 "ada@a..b",
                                 "ada ada@example.com",
                                 "a\"b@example.com",
                                 "ada@exa mple.com",
                                 "ada@[127.0.0.1]",
                                 "ada@exam_ple.com",
                                 "ada@xn--a.example",
                                 "ada@xn--bcher-kv.example\x01",
                                 "ada@\u202Eexample.com",
                                 "ada@bü\u200Bcher..example",
                                 "a\u200Bda@example.com",
                                 "a\u202Eda@example.com",
                                 "a\u00A0da@example.com",
                                 "a\u2028@example.com",
                                 "a\uFE0F@example.com",
                                 "a\u0085@example.com",
                                 "a\uE000@example.com",
                                 "\xFF@example.com",
                                 "\xC3@example.com",
                                 "ada@\xC3.example",
                                 "\xED\xA0\x80@example.com",
                                 "ada@-bücher.example"})
    EXPECT_EQ(canonical_email(text), std::nullopt) << text;
  EXPECT_FALSE(is_email(long_local + "@example.com"));
  EXPECT_TRUE(is_email(long_local.substr(1) + "@example.com"));
  EXPECT_FALSE(is_email("ada@ü" + long_host));
  EXPECT_FALSE(is_email("a@" + std::string(245, 'b') + ".example"));  // 255 bytes
}

TEST(Address, WhatIsNoAddressHasItsCaseFolded) {
  EXPECT_EQ(canonical_login("Ada"), "ada");
  EXPECT_EQ(canonical_login("ÄRGER"), "ärger");
  EXPECT_EQ(canonical_login(""), "");
  EXPECT_EQ(canonical_login("A\xFF"), "a\xFF");
}

TEST(Address, AccountsOfBeforeAreFound) {
  const std::vector<std::string> plain = {"ada@example.com"},
                                 old = {"ärger@xn--bcher-kva.example", "Ärger@bücher.example", "ärger@bücher.example"},
                                 by_label = {"ada@xn--bcher-kva.example", "ada@bücher.example"};
  EXPECT_EQ(spellings_of("Ada@Example.com"), plain);
  EXPECT_EQ(spellings_of("Ärger@bücher.example"), old);
  EXPECT_EQ(spellings_of("ada@xn--bcher-kva.example"), by_label);
  EXPECT_EQ(spellings_of("Ada"), std::vector<std::string>{"ada"});
}

}  // namespace
}  // namespace ostia::authority
