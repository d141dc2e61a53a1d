#include "tenant/bounds.hpp"

#include <gtest/gtest.h>

#include "tenant/documents.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// `value` at the path of a bound, in a document of nothing else.
Value document(std::string_view path, Value value) {
  const auto dot = path.rfind('.');
  Value out = Value::object();
  out.set(std::string(path.substr(dot == path.npos ? 0 : dot + 1)), std::move(value));
  return dot == path.npos ? out : document(path.substr(0, dot), std::move(out));
}

std::string written(const Bound& b, double value) {
  return b.is_whole ? std::to_string(static_cast<std::int64_t>(value)) : std::to_string(value);
}

Value number(const std::string& text) { return *json::parse(text); }

bool passes(const Bound& b, const std::string& text) {
  return check_bounds(b.kind, b.id, document(b.path, number(text))).has_value();
}

TEST(Bounds, HoldOnBothSidesOfEachEdge) {
  for (const auto& b : bounds()) {
    const double step = b.is_whole ? 1 : 0.01;
    EXPECT_TRUE(passes(b, written(b, b.least))) << b.path;
    EXPECT_TRUE(passes(b, written(b, b.most))) << b.path;
    EXPECT_FALSE(passes(b, written(b, b.least - step))) << b.path;
    EXPECT_FALSE(passes(b, written(b, b.most + step))) << b.path;
  }
}

TEST(Bounds, KnowNoNumberThatIsNone) {
  for (const auto& b : bounds()) {
    for (const char* text : {"9e15", "9.2e18", "1e300", "-1e300", "9223372036854775808", "\"1\"", "true", "{}", "[]"})
      EXPECT_FALSE(passes(b, text)) << b.path << " " << text;
    EXPECT_TRUE(passes(b, "null")) << b.path;
    EXPECT_EQ(passes(b, std::to_string(b.least + 0.5)), !b.is_whole) << b.path;
  }
}

TEST(Bounds, AreOfKindsThatThereAre) {
  for (const auto& b : bounds()) EXPECT_NE(find_section(b.kind), nullptr) << b.kind;
}

TEST(Bounds, SayWhatWouldBeRight) {
  const auto refused = check_bounds("client", "", document("refresh_token.token_lifetime", number("9e15")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().description,
            "refresh_token.token_lifetime: 9e15 is not a whole number from 1 to 157788000");
}

TEST(Bounds, TakeWhatTheVendorDocuments) {
  EXPECT_TRUE(check_bounds("api", "", document("token_lifetime", number("2592000"))));
  EXPECT_TRUE(check_bounds("client", "", document("refresh_token.idle_token_lifetime", number("157788000"))));
  EXPECT_TRUE(check_bounds("client", "", document("jwt_configuration.lifetime_in_seconds", number("2592000"))));
  EXPECT_TRUE(check_bounds("settings", "tenant", document("session_lifetime", number("8760"))));
  EXPECT_TRUE(check_bounds("settings", "tenant", document("session_lifetime", number("0.5"))));
}

TEST(Bounds, AreWhatIsReadOfADocumentFromBefore) {
  const Value client = within_bounds("client", "", document("jwt_configuration.lifetime_in_seconds", number("9.2e18")));
  EXPECT_EQ(client["jwt_configuration"]["lifetime_in_seconds"].as_int(), 2'592'000);
  const Value good = document("session_lifetime", number("12"));
  EXPECT_EQ(within_bounds("settings", "tenant", good), good);
}

}  // namespace
}  // namespace ostia::authority
