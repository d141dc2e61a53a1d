// `TokenVerifier` against keys and tokens of the test's own: every algorithm, every way of mixing them up.
#include <gtest/gtest.h>

#include <limits>
#include <ostia/ostia.hpp>

#include "ostia/jose/jws.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {
namespace {

using json::Value;

class FixedClock final : public Clock {
 public:
  std::int64_t ms = 1'700'000'000'000;
  std::int64_t now() override { return ms; }
};

class KeyServer final : public BlockingHttpTransport {
 public:
  Value keys = Value::array();
  int asked = 0;
  int status = 200;
  HttpResponse send(const HttpRequest&) override {
    ++asked;
    HttpResponse r;
    r.status = status;
    r.content_type = "application/json";
    r.body = json::write(Value::object({{"keys", keys}}));
    return r;
  }
};

struct Verifiers : testing::Test {
  std::shared_ptr<KeyServer> server = std::make_shared<KeyServer>();
  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
  Value key = *json::parse(*openssl_crypto()->generate_key());
  Value claims = Value::object({{"iss", "https://t.example/"},
                                {"sub", "auth0|1"},
                                {"aud", "api"},
                                {"iat", 1'699'999'990},
                                {"exp", 1'700'000'100},
                                {"scope", "read write"}});

  Verifiers() { server->keys.push_back(as_public("k1")); }
  Value as_public(const char* kid) {
    Value out = key;
    out.erase("d");
    out.set("kid", kid);
    return out;
  }
  std::string token(const Value& payload, const char* alg = "ES256", const char* kid = "k1",
                    const char* typ = "at+jwt") const {
    const std::string input =
        jose::build_signing_input(Value::object({{"alg", alg}, {"kid", kid}, {"typ", typ}}), payload);
    const auto signature = openssl_crypto()->sign("ES256", json::write(key), input);
    return input + "." + text::base64url_encode(*signature);
  }
  TokenVerifier verifier(const char* algorithms = "ES256") {
    return TokenVerifier({.domain = "t.example",
                          .audience = "api",
                          .algorithms = algorithms,
                          .environment = {.transport = server, .clock = clock}});
  }
  std::string reason(const std::string& t, const char* algorithms = "ES256") {
    const auto r = verifier(algorithms).verify(t);
    return r ? "good" : r.error().reason;
  }
  Value changed_claims(const char* audience) const {
    Value c = claims;
    c.set("aud", audience);
    return c;
  }
  std::string changed(const char* claim, Value value) {
    Value c = claims;
    c.set(claim, std::move(value));
    return token(c);
  }
};

TEST_F(Verifiers, AGoodToken) {
  auto v = verifier();
  const auto t = v.verify(token(claims));
  ASSERT_TRUE(t) << t.error().description;
  EXPECT_EQ(t->subject(), "auth0|1");
  EXPECT_TRUE(t->has_scope("write"));
  EXPECT_FALSE(t->has_scope("rea"));
  EXPECT_EQ(t->claim("exp").as_int(), 1'700'000'100);
  EXPECT_TRUE(v.verify_header("bearer " + token(claims)));
  EXPECT_EQ(v.verify_header("Basic x").error().code, "invalid_request");
  EXPECT_EQ(server->asked, 1);
}

TEST_F(Verifiers, EachClaim) {
  EXPECT_EQ(reason(changed("iss", "https://t.example")), "issuer_mismatch");
  EXPECT_EQ(reason(changed("iss", Value())), "issuer_missing");
  EXPECT_EQ(reason(changed("aud", "other")), "audience_mismatch");
  Value both;
  both.push_back("x");
  both.push_back("api");
  EXPECT_EQ(reason(changed("aud", both)), "good");
  EXPECT_EQ(reason(changed("exp", 1'699'999'940)), "token_expired");  // at the end of the leeway, not after it
  EXPECT_EQ(reason(changed("exp", 1'699'999'941)), "good");
  EXPECT_EQ(reason(changed("exp", "1900000000")), "expiration_missing");
  EXPECT_EQ(reason(changed("nbf", 1'700'000'061)), "token_not_yet_valid");
  EXPECT_EQ(reason(changed("nonce", "n")), "id_token_used");
  EXPECT_EQ(reason(changed("name", "J\u00fcrgen \"J\"")), "good");  // escapes: the way round `Members`
  EXPECT_EQ(reason(token(claims, "ES256", "k1", "logout+jwt")), "token_type");
}

// Of each time claim, read in place and parsed: numbers that no time can be, and what is no number.
TEST_F(Verifiers, TimesAreJudgedAlikeHoweverTheyAreRead) {
  const auto payload = [&](const char* claim, const std::string& time, bool parsed) {
    Value c = claims;
    c.erase(claim);
    std::string text = json::write(c);
    text.insert(1, "\"" + std::string(claim) + "\":" + time + (parsed ? R"(,"name":"\u0041",)" : ","));
    const std::string input =
        text::base64url_encode(R"({"alg":"ES256","kid":"k1"})") + "." + text::base64url_encode(text);
    return input + "." + text::base64url_encode(*openssl_crypto()->sign("ES256", json::write(key), input));
  };
  struct Case {
    const char* time;
    const char *exp, *iat, *nbf;
  };
  const char *no_exp = "expiration_missing", *no_iat = "issued_at_missing", *bad = "not_before_malformed";
  for (const auto& [time, exp, iat, nbf] :
       std::vector<Case>{{"1700000000", "good", "good", "good"},
                         {"1.7e9", "good", "good", "good"},
                         {"17000000000e-1", "good", "good", "good"},
                         {"1700000000.0", "good", "good", "good"},
                         {"1699999940", "token_expired", "good", "good"},
                         {"1699999940.9", "token_expired", "good", "good"},
                         {"1699999941", "good", "good", "good"},
                         {"1700000060", "good", "good", "good"},
                         {"1700000060.1", "good", "good", "token_not_yet_valid"},
                         {"1700000061", "good", "good", "token_not_yet_valid"},
                         {"0", "token_expired", "good", "good"},
                         {"-0", "token_expired", "good", "good"},
                         {"-1", "token_expired", "good", "good"},
                         {"-1.5e3", "token_expired", "good", "good"},
                         {"1e-400", "token_expired", "good", "good"},
                         {"9007199254740992", "good", "good", "token_not_yet_valid"},
                         {"-9007199254740992", "token_expired", "good", "good"},
                         {"9007199254740993", no_exp, no_iat, bad},
                         {"-9007199254740993", no_exp, no_iat, bad},
                         {"9223372036854775807", no_exp, no_iat, bad},
                         {"9223372036854775808", no_exp, no_iat, bad},
                         {"-9223372036854775809", no_exp, no_iat, bad},
                         {"99999999999999999999", no_exp, no_iat, bad},
                         {"1e20", no_exp, no_iat, bad},
                         {"1e308", no_exp, no_iat, bad},
                         {"1e400", no_exp, no_iat, bad},
                         {"-1e300", no_exp, no_iat, bad},
                         {"-1e400", no_exp, no_iat, bad},
                         {"1e99999999999999999999", no_exp, no_iat, bad},
                         {"0.1e999999", no_exp, no_iat, bad},
                         {"\"1700000000\"", no_exp, no_iat, bad},
                         {"\"\"", no_exp, no_iat, bad},
                         {"\"x\"", no_exp, no_iat, bad},
                         {"null", no_exp, no_iat, bad},
                         {"true", no_exp, no_iat, bad},
                         {"false", no_exp, no_iat, bad},
                         {"[]", no_exp, no_iat, bad},
                         {"[1700000000]", no_exp, no_iat, bad},
                         {"{}", no_exp, no_iat, bad}})
    for (const bool parsed : {false, true}) {
      EXPECT_EQ(reason(payload("exp", time, parsed)), exp) << time << parsed;
      EXPECT_EQ(reason(payload("iat", time, parsed)), iat) << time << parsed;
      EXPECT_EQ(reason(payload("nbf", time, parsed)), nbf) << time << parsed;
    }
}

TEST_F(Verifiers, WithoutLeewayATokenIsOverWhenItsTimeIs) {
  TokenVerifier exact({.domain = "t.example",
                       .audience = "api",
                       .algorithms = "ES256",
                       .leeway = 0,
                       .environment = {.transport = server, .clock = clock}});
  EXPECT_FALSE(exact.verify(changed("exp", 1'700'000'000)));
  EXPECT_TRUE(exact.verify(changed("exp", 1'700'000'001)));
  EXPECT_TRUE(exact.verify(changed("nbf", 1'700'000'000)));
  EXPECT_FALSE(exact.verify(changed("nbf", 1'700'000'001)));
}

TEST_F(Verifiers, AnyMaxAge) {
  auto v = verifier();
  Value c = claims;
  c.erase("scope");
  c.set("auth_time", 1'699'999'000);
  const auto outcome = [&](std::int64_t max_age) {
    const auto t = v.verify_id_token(token(c, "ES256", "k1", "JWT"), {.max_age = max_age});
    return t ? "good" : t.error().reason;
  };
  EXPECT_EQ(outcome(940), "good");
  EXPECT_EQ(outcome(939), "authentication_too_old");
  EXPECT_EQ(outcome(std::numeric_limits<std::int64_t>::max()), "good");
  EXPECT_EQ(outcome(std::numeric_limits<std::int64_t>::min()), "authentication_too_old");
}

TEST_F(Verifiers, TypesWithAndWithoutTheirPrefix) {
  for (const char* typ : {"JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt", ""})
    EXPECT_EQ(reason(token(claims, "ES256", "k1", typ)), "good") << typ;
  for (const char* typ :
       {"dpop+jwt", "logout+jwt", "application/", "application/application/jwt", "text/jwt", "secevent+jwt"})
    EXPECT_EQ(reason(token(claims, "ES256", "k1", typ)), "token_type") << typ;
}

TEST_F(Verifiers, ANameOfAKeyIsAText) {
  for (const Value& kid : {Value(1), Value(), Value(true), Value::array({"k1"}), Value::object({{"k1", "k1"}})}) {
    server->keys = Value::array({as_public("k1")});
    Value same = as_public("k1");
    same.set("kid", kid);
    server->keys.push_back(same);
    const std::string input = jose::build_signing_input(Value::object({{"alg", "ES256"}, {"kid", kid}}), claims);
    EXPECT_EQ(reason(input + "." + text::base64url_encode(*openssl_crypto()->sign("ES256", json::write(key), input))),
              "token_malformed")
        << json::write(kid);
  }
}

TEST_F(Verifiers, AnIdTokenGoesWithItsAccessToken) {
  auto v = verifier();
  const auto outcome = [&](const Value& at_hash, const char* name = "Ada") {
    Value c = claims;
    c.erase("scope");
    c.set("name", name);
    if (!at_hash.is_null()) c.set("at_hash", at_hash);
    const auto t = v.verify_id_token(token(c, "ES256", "k1", "JWT"), {.access_token = "AT"});
    return t ? "good" : t.error().reason + " " + std::to_string(t.error().status);
  };
  const std::string digest = openssl_crypto()->digest(256, "AT");
  const std::string right = text::base64url_encode(digest.substr(0, 16));
  for (const char* name : {"Ada", "\"Ada\""}) {  // claims read in place, and parsed
    EXPECT_EQ(outcome(right, name), "good");
    EXPECT_EQ(outcome({}, name), "good");
    for (const Value& wrong : {Value("AAAAAAAAAAAAAAAAAAAAAA"), Value(""), Value(7), Value(false), Value::object()})
      EXPECT_EQ(outcome(wrong, name), "at_hash_mismatch 401") << json::write(wrong);
  }
}

// Cryptography that is out of order, when it comes to digests.
class NoDigests final : public Crypto {
 public:
  std::string random(int count) override { return openssl_crypto()->random(count); }
  std::string digest(int, std::string_view) override { return {}; }
  std::shared_ptr<const VerificationKey> import_key(std::string_view algorithm, const std::string& jwk) override {
    return openssl_crypto()->import_key(algorithm, jwk);
  }
  Result<std::string> sign(std::string_view algorithm, const std::string& key, std::string_view input) override {
    return openssl_crypto()->sign(algorithm, key, input);
  }
  Result<std::string> generate_key() override { return openssl_crypto()->generate_key(); }
};

TEST_F(Verifiers, AHashThatCannotBeMadeIsNotTheTokensFault) {
  TokenVerifier v({.domain = "t.example",
                   .audience = "api",
                   .algorithms = "ES256",
                   .environment = {.transport = server, .crypto = std::make_shared<NoDigests>(), .clock = clock}});
  claims.erase("scope");
  claims.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA");
  const auto t = v.verify_id_token(token(claims, "ES256", "k1", "JWT"), {.access_token = "AT"});
  EXPECT_EQ(t.error().reason, "no_digest");
  EXPECT_EQ(t.error().fault, Fault::ours);
  EXPECT_EQ(t.error().status, 503);
}

TEST_F(Verifiers, DatesAreWorded) {
  const auto late = verifier().verify(changed("exp", 1'699'999'939));
  EXPECT_EQ(late.error().description,
            "Expiration Time (exp) claim error in the access token; current time \"2023-11-14 22:13:20 UTC\" is after "
            "expiration time \"2023-11-14 22:13:19 UTC\"");
}

TEST_F(Verifiers, AlgorithmsArePinned) {
  const std::string good = token(claims);
  EXPECT_EQ(reason(good, "RS256"), "algorithm_not_supported");
  EXPECT_EQ(reason(token(claims, "none")), "algorithm_not_supported");
  EXPECT_EQ(reason(token(claims, "HS256")), "algorithm_not_supported");
  EXPECT_EQ(reason(token(claims, "RS256"), "RS256 ES256"), "key_unfit");  // RS256 with a key of another type
  EXPECT_EQ(reason(token(claims, "ES384"), "ES384 ES256"), "key_unfit");
  std::string flipped = good;
  flipped[flipped.size() - 10] = flipped[flipped.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(reason(flipped), "signature_invalid");
  EXPECT_EQ(reason(good.substr(0, good.rfind('.') + 1)), "signature_invalid");
  EXPECT_EQ(reason("a.b"), "token_malformed");
  EXPECT_EQ(reason("a.b.c"), "token_malformed");
  EXPECT_EQ(reason(std::string(1 << 20, 'x')), "token_too_large");
}

TEST_F(Verifiers, KeysAreKeptRotatedAndNotHammered) {
  auto v = verifier();
  ASSERT_TRUE(v.verify(token(claims)));
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(v.verify(token(claims, "ES256", ("made-up-" + std::to_string(i)).c_str())).error().reason, "key_unknown");
  EXPECT_EQ(server->asked, 1);
  clock->ms += 10'001;
  server->keys.push_back(as_public("k2"));
  EXPECT_TRUE(v.verify(token(claims, "ES256", "k2")));
  EXPECT_EQ(server->asked, 2);
  // An authority that is away takes nothing from keys that are still good.
  clock->ms += 11'000;
  server->status = 500;
  EXPECT_FALSE(v.verify(token(claims, "ES256", "k3")));
  EXPECT_TRUE(v.verify(token(claims)));
  EXPECT_EQ(verifier().verify(token(claims)).error().status, 503);
}

TEST_F(Verifiers, AKeyThatChangedUnderItsName) {
  auto v = verifier();
  ASSERT_TRUE(v.verify(token(claims)));
  key = *json::parse(*openssl_crypto()->generate_key());
  server->keys = Value::array({as_public("k1")});
  // No more often than every ten seconds, and not for each token that somebody made up.
  for (int i = 0; i < 50; ++i) EXPECT_EQ(v.verify(token(claims)).error().reason, "signature_invalid");
  EXPECT_EQ(server->asked, 1);
  clock->ms += 10'000;
  EXPECT_TRUE(v.verify(token(claims)));
  EXPECT_TRUE(v.verify(token(claims, "ES256", "k1", "jwt")));  // another header, the same key
  EXPECT_EQ(server->asked, 2);
  clock->ms += 10'000;
  const std::string good = token(claims), else_signed = token(changed_claims("other"));
  const std::string other = good.substr(0, good.rfind('.')) + else_signed.substr(else_signed.rfind('.'));
  EXPECT_EQ(v.verify(other).error().reason, "signature_invalid");
  EXPECT_EQ(server->asked, 3);
  clock->ms += 10'000;
  server->status = 500;  // what cannot be asked is not the token's excuse, and is not asked about at once
  for (int i = 0; i < 50; ++i) EXPECT_EQ(v.verify(other).error().reason, "signature_invalid");
  EXPECT_EQ(server->asked, 4);
  EXPECT_TRUE(v.verify(token(claims)));
}

TEST_F(Verifiers, AnAuthorityThatIsAwayIsNotHammeredEither) {
  auto v = verifier();
  server->status = 500;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(v.verify(token(claims)).error().status, 503);
  EXPECT_EQ(server->asked, 1);
  clock->ms += 10'000;
  server->status = 200;
  EXPECT_TRUE(v.verify(token(claims)));
}

TEST_F(Verifiers, StrangeKeys) {
  for (
      const char* strange :
      {R"({"kty":"oct","k":"AAAA","kid":"s"})", R"({"kty":"RSA","n":"AQAB","e":"AQAB","kid":"s"})",
       R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","kid":"s"})",
       R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":"s"})",
       R"({"kid":"s"})", R"({"kty":7,"kid":"s"})"}) {
    server->keys = Value::array();
    server->keys.push_back(*json::parse(strange));
    EXPECT_EQ(reason(token(claims, "ES256", "s")), "key_unfit") << strange;
  }
  server->keys = Value("text");
  EXPECT_EQ(reason(token(claims)), "key_unknown");
}

TEST_F(Verifiers, IdTokens) {
  Value c = claims;
  c.erase("scope");
  c.set("nonce", "N");
  EXPECT_TRUE(verifier().verify_id_token(token(c, "ES256", "k1", "JWT"), {.nonce = "N"}));
  EXPECT_EQ(verifier().verify_id_token(token(c, "ES256", "k1", "JWT"), {.nonce = "M"}).error().reason,
            "nonce_mismatch");
  EXPECT_EQ(verifier().verify_id_token(token(c)).error().reason, "token_type");  // an access token is no ID token
}

TEST_F(Verifiers, ExplainsEachCheck) {
  const auto checks = verifier().explain(changed("aud", "other"));
  ASSERT_TRUE(checks);
  int failures = 0;
  for (const auto& check : *checks) {
    failures += check.passed ? 0 : 1;
    if (check.name != "audience") continue;
    EXPECT_NE(check.detail.find("other"), std::string::npos);
  }
  EXPECT_EQ(failures, 1);
  EXPECT_GT(checks->size(), 6U);
}

TEST(Crypto, EverySignatureIsCheckedAsItWasMade) {
  const auto crypto = openssl_crypto();
  const std::string key = *crypto->generate_key();
  const auto signature = crypto->sign("ES256", key, "input");
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->size(), 64U);
  const auto imported = crypto->import_key("ES256", key);
  ASSERT_TRUE(imported);
  EXPECT_TRUE(imported->verify("input", *signature));
  EXPECT_FALSE(imported->verify("other", *signature));
  EXPECT_FALSE(crypto->import_key("RS256", key));
  EXPECT_FALSE(crypto->sign("RS256", key, "x"));
  EXPECT_EQ(crypto->sign("ES256", "no key", "x").error().code, "invalid_key");
}

}  // namespace
}  // namespace ostia
