// The time of a check does not tell what hash an account has: each costs at least one of ours.
#include "crypto/password_work.hpp"

#include <gtest/gtest.h>

#include "crypto/crypto.hpp"

namespace ostia::authority {
namespace {

constexpr const char* password = "Correct-Horse-9";

bool computes_ours(const PasswordWork& work) {
  const auto is_ours = [](const std::string& hash) { return !hash.empty() && !is_outdated_hash(hash); };
  return is_ours(work.kept) || is_ours(work.beside);
}

TEST(PasswordWork, IsNeverLessThanOneOfOurs) {
  const std::string ours = hash_password(password);
  const std::string foreign[] = {
      "",  // nobody, or somebody without a password
      R"({"algorithm":"md5","hash":{"value":"0a0b","encoding":"hex"}})",
      "$2b$04$abcdefghijklmnopqrstuuq0v8bXWkGkJ7D4F3rV8bY6nTt3pQm1O",
      "$pbkdf2-sha256$i=1,l=32$c2FsdA$c2FsdA",
      "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$c2FsdA",
      "{}",
  };
  for (const auto& kept : foreign) {
    EXPECT_TRUE(computes_ours(work_for(kept))) << kept;
    EXPECT_EQ(work_for(kept).kept, kept);
    EXPECT_FALSE(passes(work_for(kept), password)) << kept;
  }
  EXPECT_TRUE(computes_ours(work_for(ours)));
  EXPECT_EQ(work_for(ours).beside, "") << "one of ours costs itself, not twice";
}

TEST(PasswordWork, TheKeptHashDecides) {
  EXPECT_TRUE(passes(work_for(hash_password(password)), password));
  EXPECT_FALSE(passes(work_for(hash_password(password)), "Wrong-Horse-9"));
  // md5 of the password, as an import keeps it
  const std::string md5 = R"({"algorithm":"md5","hash":{"value":"bd347294ce11cf3839ca8dc32f59d481","encoding":"hex"}})";
  EXPECT_TRUE(passes(work_for(md5), password));
  EXPECT_FALSE(passes(work_for(md5), "Wrong-Horse-9"));
}

}  // namespace
}  // namespace ostia::authority
