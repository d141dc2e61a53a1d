// For whom a token is, and whose an answer is: rules that each side asks.
#include <gtest/gtest.h>

#include "ostia/json/members.hpp"
#include "ostia/oauth/issuer.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/oidc/numeric_date.hpp"

namespace ostia {
namespace {

using json::Value;
using namespace std::string_view_literals;
using Audiences = std::vector<std::string_view>;

Value claims_of(const char* text) {
  auto claims = json::parse(text);
  return claims ? *std::move(claims) : Value();
}

TEST(Audience, IsATextOrAList) {
  for (const char* text : {R"({"aud":"a"})", R"({"aud":["b","a"]})", R"({"aud":["a"]})"}) {
    EXPECT_TRUE(oidc::is_for(claims_of(text), "a"sv)) << text;
    EXPECT_TRUE(oidc::is_for(*json::Members::read(text), "a"sv)) << text;
    EXPECT_FALSE(oidc::is_for(claims_of(text), "A"sv)) << text;
    EXPECT_FALSE(oidc::is_for(*json::Members::read(text), ""sv)) << text;
  }
}

TEST(Audience, OfAnythingElseIsNobody) {
  for (const char* text :
       {R"({})", R"({"aud":[]})", R"({"aud":null})", R"({"aud":7})", R"({"aud":{"a":"a"}})", R"({"aud":[["a"]]})",
        R"({"aud":[{"a":"a"}]})", R"({"aud":[7]})", R"({"aud":""})", R"({"aud":[""]})", R"([])", R"("a")"})
    for (const auto audience : {"a"sv, ""sv, "7"sv}) EXPECT_FALSE(oidc::is_for(claims_of(text), audience)) << text;
}

TEST(Audience, AllOfThem) {
  const Value both = claims_of(R"({"aud":["b","a"]})"), one = claims_of(R"({"aud":"a"})"),
              odd = claims_of(R"({"aud":["a",7]})"), none = claims_of(R"({"aud":[]})"), absent = claims_of("{}");
  EXPECT_EQ(oidc::audiences_of(both), (Audiences{"b", "a"}));
  EXPECT_EQ(oidc::audiences_of(one), Audiences{"a"});
  EXPECT_EQ(oidc::audiences_of(odd), (Audiences{"a", ""})) << "as many as the token says";
  EXPECT_EQ(oidc::audiences_of(none), Audiences{});
  EXPECT_EQ(oidc::audiences_of(absent), Audiences{});
}

TEST(ResponseIssuer, MustBeThereWhereItIsAnnouncedAndMatchWhereItIsThere) {
  EXPECT_TRUE(oauth::is_response_of("https://a/", "https://a/", true));
  EXPECT_TRUE(oauth::is_response_of("https://a/", "https://a/", false));
  EXPECT_TRUE(oauth::is_response_of({}, "https://a/", false));
  EXPECT_FALSE(oauth::is_response_of({}, "https://a/", true));
  for (const char* other : {"https://b/", "https://a", "HTTPS://a/", ""}) {
    EXPECT_FALSE(oauth::is_response_of(other, "https://a/", true)) << other;
    EXPECT_FALSE(oauth::is_response_of(other, "https://a/", false)) << other;
  }
}

TEST(NumericDate, IsExactAndRefusesRatherThanAccepts) {
  using oidc::numeric_date, oidc::Whole;
  struct Case {
    const char* number;
    std::int64_t before, after;
  };
  for (const auto& [number, before, after] :
       std::vector<Case>{{"0", 0, 0},
                         {"-0", 0, 0},
                         {"0.5", 0, 1},
                         {"-0.5", -1, 0},
                         {"-2.5", -3, -2},
                         {"1700000000.000000000000000000001", 1'700'000'000, 1'700'000'001},
                         {"1.7E+9", 1'700'000'000, 1'700'000'000},
                         {"1.70000000009e9", 1'700'000'000, 1'700'000'001},
                         {"0.0000000017e18", 1'700'000'000, 1'700'000'000},
                         {"17e-400", 0, 1},
                         {"0e400", 0, 0},
                         {"9007199254740992", 1LL << 53, 1LL << 53},
                         {"-9007199254740992", -(1LL << 53), -(1LL << 53)}}) {
    EXPECT_EQ(numeric_date(number, Whole::before), before) << number;
    EXPECT_EQ(numeric_date(number, Whole::after), after) << number;
  }
  for (const char* number : {"9007199254740993", "9007199254740992.5e1", "1e16", "1e400", "1e401", "1e-401",
                             "1e9223372036854775808", "-1e300"})
    EXPECT_FALSE(numeric_date(number, Whole::before)) << number;
}

struct Judge : testing::Test {
  Value claims = claims_of(R"({"iss":"i","sub":"s","aud":"c","iat":900,"exp":1000})");
  oidc::IdTokenExpectations expected{.issuer = "i", .audience = "c", .now = 1000};
  std::string reason(const std::string& access_token = "AT") {
    const auto date = [](std::int64_t seconds) -> Result<std::string> { return std::to_string(seconds) + " s"; };
    const auto digest = [](const std::string& text) -> Result<std::string> { return text + text; };
    const auto judged = oidc::judge_id_token(claims, expected, access_token, date, digest);
    if (!judged) said = judged.error().description;
    return judged ? "good" : judged.error().reason;
  }
  std::string said;
};

TEST_F(Judge, WordsItsDates) {
  expected.now = 1061;
  EXPECT_EQ(reason(), "token_expired");
  EXPECT_EQ(said,
            "Expiration Time (exp) claim error in the ID token; current time \"1061 s\" is after expiration time "
            "\"1060 s\"");
}

TEST_F(Judge, HandsOnAnErrorOfTheClock) {
  expected.now = 1061;
  const auto date = [](std::int64_t) -> Result<std::string> { return Error{"later", {}, "asked", 0, Fault::ours}; };
  const auto digest = [](const std::string& text) -> Result<std::string> { return text; };
  EXPECT_EQ(oidc::judge_id_token(claims, expected, "", date, digest).error().reason, "asked");
}

TEST_F(Judge, TakesNoAtHashThatIsNotTheRightText) {
  claims.set("at_hash", oidc::left_half_hash("ATAT"));
  EXPECT_EQ(reason(), "good");
  EXPECT_EQ(reason(""), "good") << "nothing came beside it";
  EXPECT_EQ(reason("BT"), "at_hash_mismatch");
  for (const Value& wrong : {Value(""), Value("x"), Value(0), Value(7), Value(false), Value(true), Value::array()}) {
    claims.set("at_hash", wrong);
    EXPECT_EQ(reason(), "at_hash_mismatch") << json::write(wrong);
  }
  claims.erase("at_hash");
  EXPECT_EQ(reason(), "good");
}

}  // namespace
}  // namespace ostia
