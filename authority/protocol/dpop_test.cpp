#include "protocol/dpop.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace ostia::authority::protocol {
namespace {

using json::Value;

constexpr std::int64_t now = 1'000'000;

PresentedProof good() {
  const Value key = Value::object({{"kty", "EC"}, {"crv", "P-256"}, {"x", "x"}, {"y", "y"}});
  return {.header = Value::object({{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", key}}),
          .claims = Value::object({{"jti", "1"}, {"htm", "POST"}, {"htu", "https://a.example/t"}, {"iat", now}}),
          .is_signed = true,
          .method = "POST",
          .url = "https://a.example/t",
          .token_hash = {}};
}

TEST(Dpop, AGoodProof) { EXPECT_FALSE(judge_proof(good(), now)); }

TEST(Dpop, EachRefusal) {
  struct Case {
    std::string_view reason;
    std::function<void(PresentedProof&)> change;
  };
  const Case cases[] = {
      {"dpop_malformed", [](auto& p) { p.header = Value(); }},
      {"dpop_malformed", [](auto& p) { p.header.set("typ", "JWT"); }},
      {"dpop_malformed", [](auto& p) { p.header.set("alg", "none"); }},
      {"dpop_malformed", [](auto& p) { p.header.set("alg", "HS256"); }},
      {"dpop_malformed", [](auto& p) { p.header.set("alg", "RS256"); }},
      {"dpop_malformed", [](auto& p) { p.header.erase("jwk"); }},
      {"dpop_malformed", [](auto& p) { p.header.find("jwk")->set("d", "secret"); }},
      {"dpop_signature_wrong", [](auto& p) { p.is_signed = false; }},
      {"dpop_malformed", [](auto& p) { p.claims.erase("jti"); }},
      {"dpop_mismatch", [](auto& p) { p.claims.set("htm", "GET"); }},
      {"dpop_mismatch", [](auto& p) { p.claims.set("htu", "https://b.example/t"); }},
      {"dpop_mismatch", [](auto& p) { p.claims.set("htu", ""), p.url = ""; }},
      {"dpop_mismatch", [](auto& p) { p.token_hash = "hash"; }},
      {"dpop_time_wrong", [](auto& p) { p.claims.set("iat", "now"); }},
      {"dpop_nonce_needed", [](auto& p) { p.wants_nonce = true; }},
      {"dpop_nonce_needed", [](auto& p) { p.nonce = Nonce::other; }},
  };
  for (const auto& one : cases) {
    PresentedProof proof = good();
    one.change(proof);
    const auto no = judge_proof(proof, now);
    ASSERT_TRUE(no) << one.reason;
    EXPECT_EQ(no->reason, one.reason);
    EXPECT_EQ(no->code, one.reason == "dpop_nonce_needed" ? "use_dpop_nonce" : "invalid_dpop_proof");
  }
}

TEST(Dpop, ItsTimeOnBothSidesOfBothEdges) {
  for (const auto& [iat, is_good] : {std::pair{now - 300, true},
                                     {now - 301, false},
                                     {now + 60, true},
                                     {now + 61, false},
                                     {std::int64_t{0}, false},
                                     {now * now, false}}) {
    PresentedProof proof = good();
    proof.claims.set("iat", iat);
    EXPECT_EQ(!judge_proof(proof, now), is_good) << iat;
  }
}

TEST(Dpop, AFreshNonceIsGoodWhetherWantedOrNot) {
  for (const bool wants : {true, false}) {
    PresentedProof proof = good();
    proof.nonce = Nonce::fresh;
    proof.wants_nonce = wants;
    EXPECT_FALSE(judge_proof(proof, now));
  }
}

TEST(Dpop, TheHashOfTheToken) {
  PresentedProof proof = good();
  proof.token_hash = "hash";
  proof.claims.set("ath", "hash");
  EXPECT_FALSE(judge_proof(proof, now));
}

// RFC 3986 section 6.2, RFC 9449 section 4.3
TEST(Dpop, UrlsThatAreTheSame) {
  for (const auto url : {"https://a.example/t", "HTTPS://A.EXAMPLE/t", "https://a.example:443/t",
                         "https://a.example/t?q", "https://a.example/t#f", "https://a.example/t?q#f"})
    EXPECT_EQ(normal_url(url), "https://a.example/t") << url;
  EXPECT_EQ(normal_url("http://localhost:80"), "http://localhost/");
  EXPECT_EQ(normal_url("http://localhost:443/"), "http://localhost:443/");
  EXPECT_EQ(normal_url("https://a.example/auth0%7cada"), "https://a.example/auth0%7Cada");
  EXPECT_NE(normal_url("https://a.example/T"), normal_url("https://a.example/t"));
  for (const auto url :
       {"", "/t", "a.example/t", "ftp://a.example/t", "https://", "https:///t", "https://u@a.example/t"})
    EXPECT_EQ(normal_url(url), "") << url;
}

TEST(Possession, EachWishOnBothSides) {
  EXPECT_TRUE(is_enough({}));
  EXPECT_FALSE(is_enough({.api_wants_key = true}));
  EXPECT_FALSE(is_enough({.has_certificate = true, .api_wants_key = true}));
  EXPECT_TRUE(is_enough({.has_key = true, .api_wants_key = true}));
  EXPECT_FALSE(is_enough({.has_key = true, .api_wants_certificate = true}));
  EXPECT_TRUE(is_enough({.has_certificate = true, .api_wants_certificate = true}));
  EXPECT_FALSE(is_enough({.client_wants_any = true}));
  EXPECT_TRUE(is_enough({.has_key = true, .client_wants_any = true}));
  EXPECT_TRUE(is_enough({.has_certificate = true, .client_wants_any = true}));
}

}  // namespace
}  // namespace ostia::authority::protocol
