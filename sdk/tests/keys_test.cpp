// The keys of an authority: how often they are asked for, which answers are taken for keys, and which keys for good.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <atomic>
#include <latch>
#include <ostia/ostia.hpp>
#include <thread>

#include "key_cache.hpp"
#include "openssl.hpp"
#include "ostia/jose/algorithms.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {
namespace {

using json::Value;

constexpr std::int64_t second = 1000, pause = 10 * second, hour = 3600 * second;

class FixedClock final : public Clock {
 public:
  std::int64_t ms = 1'700'000'000'000;
  std::int64_t now() override { return ms; }
};

class Authority final : public BlockingHttpTransport {
 public:
  HttpResponse answer;
  std::atomic<int> asked = 0;
  std::function<void()> meanwhile;
  HttpResponse send(const HttpRequest&) override {
    ++asked;
    if (meanwhile) meanwhile();
    return answer;
  }
  void say(int status, std::string body) {
    answer = {};
    answer.status = status;
    answer.failure = status == 0 ? "connection refused" : "";
    answer.body = std::move(body);
  }
  void publish(const std::vector<Value>& keys) { say(200, json::write(Value::object({{"keys", Value::array(keys)}}))); }
};

// OpenSSL, and how often a key was made ready.
class CountingCrypto final : public Crypto {
 public:
  std::atomic<int> imports = 0;
  std::string random(int count) override { return openssl_crypto()->random(count); }
  std::string digest(int bits, std::string_view text) override { return openssl_crypto()->digest(bits, text); }
  std::shared_ptr<const VerificationKey> import_key(std::string_view algorithm, const std::string& jwk) override {
    ++imports;
    return openssl_crypto()->import_key(algorithm, jwk);
  }
  Result<std::string> sign(std::string_view algorithm, const std::string& key, std::string_view input) override {
    return openssl_crypto()->sign(algorithm, key, input);
  }
  Result<std::string> generate_key() override { return openssl_crypto()->generate_key(); }
};

Value make_key() { return *json::parse(*openssl_crypto()->generate_key()); }

Value without(Value key, const char* member) {
  key.erase(member);
  return key;
}
Value with(Value key, const char* member, Value value) {
  key.set(member, std::move(value));
  return key;
}
Value publication(const Value& key, const char* kid) { return with(without(key, "d"), "kid", kid); }

struct Keys : testing::Test {
  std::shared_ptr<Authority> authority = std::make_shared<Authority>();
  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
  std::shared_ptr<CountingCrypto> crypto = std::make_shared<CountingCrypto>();
  Value key = make_key();
  TokenVerifier verifier = make();

  Keys() { authority->publish({publication(key, "k1")}); }
  [[nodiscard]] TokenVerifier make(const char* algorithms = "ES256 RS256 EdDSA") const {
    return TokenVerifier({.domain = "t.example",
                          .audience = "api",
                          .algorithms = algorithms,
                          .environment = {.transport = authority, .crypto = crypto, .clock = clock}});
  }
  [[nodiscard]] std::string token_of(const Value& header, const Value& signer) const {
    const Value claims = Value::object({{"iss", "https://t.example/"},
                                        {"sub", "auth0|1"},
                                        {"aud", "api"},
                                        {"iat", clock->ms / second},
                                        {"exp", clock->ms / second + 100}});
    const std::string input = jose::build_signing_input(header, claims);
    return input + "." + text::base64url_encode(*openssl_crypto()->sign("ES256", json::write(signer), input));
  }
  [[nodiscard]] std::string token(const char* kid = "k1") const {
    return token_of(Value::object({{"alg", "ES256"}, {"kid", kid}}), key);
  }
  [[nodiscard]] std::string nameless() const { return token_of(Value::object({{"alg", "ES256"}}), key); }
  std::string outcome(const std::string& t) {
    const auto verified = verifier.verify(t);
    return verified ? "good" : verified.error().reason;
  }
};

struct NoKeys {
  const char* what;
  int status;
  std::string body;
};
const std::vector<NoKeys>& answers_without_keys() {
  static const std::vector<NoKeys> all = {
      {"no answer", 0, ""},
      {"a failure", 500, "{}"},
      {"not found", 404, "{\"keys\":[]}"},
      {"HTML", 200, "<html>"},
      {"nothing", 200, ""},
      {"half of it", 200, R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k1",)"},
      {"an object without keys", 200, "{}"},
      {"an array", 200, "[]"},
      {"keys null", 200, R"({"keys":null})"},
      {"keys an object", 200, R"({"keys":{"kty":"RSA"}})"},
      {"an empty list", 200, R"({"keys":[]})"},
      {"a list of no keys", 200, R"({"keys":[1,null,"k1",[],{}]})"},
      {"an error", 200, R"({"error":"temporarily_unavailable"})"},
      {"only a secret", 200, R"({"keys":[{"kty":"oct","k":"AAAA","kid":"k1"}]})"},
      {"only a weak key", 200, R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"k1"}]})"},
      {"only a point off its curve", 200,
       R"({"keys":[{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":"k1"}]})"}};
  return all;
}

TEST_F(Keys, AreAskedForOnceInTenSecondsWhateverTheAnswer) {
  for (const auto& [what, status, body] : answers_without_keys()) {
    verifier = make();
    authority->say(status, body);
    authority->asked = 0;
    for (int i = 0; i < 50; ++i) {
      EXPECT_NE(outcome(token()), "good") << what;
      EXPECT_NE(outcome(token(("made-up-" + std::to_string(i)).c_str())), "good") << what;
      EXPECT_NE(outcome(nameless()), "good") << what;
    }
    EXPECT_EQ(authority->asked, 1) << what;
    clock->ms += pause - 1;
    EXPECT_NE(outcome(token()), "good") << what;
    EXPECT_EQ(authority->asked, 1) << what;
    clock->ms += 1;
    authority->publish({publication(key, "k1")});
    EXPECT_EQ(outcome(token()), "good") << what;
    EXPECT_EQ(authority->asked, 2) << what;
  }
}

TEST_F(Keys, AreNotLostToAnAnswerWithoutKeys) {
  for (const auto& [what, status, body] : answers_without_keys()) {
    verifier = make();
    authority->publish({publication(key, "k1")});
    ASSERT_EQ(outcome(token()), "good");
    clock->ms += pause;
    authority->say(status, body);
    authority->asked = 0;
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(outcome(token("another")), "key_unknown") << what;
      EXPECT_EQ(outcome(token()), "good") << what;
    }
    EXPECT_EQ(authority->asked, 1) << what;
  }
}

TEST_F(Keys, OutliveTheirTimeByAnHourWhereNoOthersCanBeHad) {
  for (const auto& [what, status, body] : answers_without_keys()) {
    verifier = make();
    authority->publish({publication(key, "k1")});
    authority->answer.headers = {{"Cache-Control", "max-age=600"}};
    ASSERT_EQ(outcome(token()), "good");
    authority->say(status, body);
    authority->asked = 0;
    clock->ms += 600 * second - 1;
    EXPECT_EQ(outcome(token()), "good") << what;
    EXPECT_EQ(authority->asked, 0) << what;
    clock->ms += 1;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(outcome(token()), "good") << what;
    EXPECT_EQ(authority->asked, 1) << what;
    clock->ms += hour - 1;
    EXPECT_EQ(outcome(token()), "good") << what;
    EXPECT_EQ(authority->asked, 2) << what;
    clock->ms += pause;
    EXPECT_NE(outcome(token()), "good") << what;
  }
}

TEST_F(Keys, ThatAreWithdrawnGo) {
  ASSERT_EQ(outcome(token()), "good");
  authority->publish({publication(make_key(), "k2")});
  clock->ms += pause;
  EXPECT_EQ(outcome(token("another")), "key_unknown");
  EXPECT_EQ(outcome(token()), "key_unknown");
  EXPECT_EQ(authority->asked, 2);
}

TEST_F(Keys, OfAClockThatWasAheadAreAskedForAgain) {
  clock->ms += 24 * hour;
  ASSERT_EQ(outcome(token()), "good");
  clock->ms -= 24 * hour;
  EXPECT_EQ(outcome(token()), "good");
  EXPECT_EQ(authority->asked, 2);
  EXPECT_EQ(outcome(token()), "good");
  EXPECT_EQ(authority->asked, 2);
}

TEST_F(Keys, AreAskedForByOneThreadOfMany) {
  constexpr int threads = 100;
  const auto all_at_once = [&](const std::string& t) {
    std::latch there(threads);
    std::atomic<int> good = 0;
    // Nobody has an answer before all are about to ask.
    authority->meanwhile = [&] { there.wait(); };
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
      running.emplace_back([&] {
        there.count_down();
        if (verifier.verify(t)) ++good;
      });
    for (auto& thread : running) thread.join();
    return good.load();
  };
  EXPECT_EQ(all_at_once(token()), threads) << "cold";
  EXPECT_EQ(authority->asked, 1);
  clock->ms += pause;
  EXPECT_EQ(all_at_once(token("another")), 0) << "a name that nobody has";
  EXPECT_EQ(authority->asked, 2);
  clock->ms += hour;
  EXPECT_EQ(all_at_once(token()), threads) << "old keys";
  EXPECT_EQ(authority->asked, 3);
  verifier = make();
  authority->say(500, "");
  EXPECT_EQ(all_at_once(token()), 0) << "cold, and nothing to be had";
  EXPECT_EQ(authority->asked, 4);
}

// An authority that answers when it is told to, on loops.
class SlowAuthority final : public HttpTransport {
 public:
  int asked = 0;
  bool is_slow = true;
  HttpResponse fixed;
  std::function<void(HttpResponse)> answer;
  std::function<void()> start(Loop& loop, const HttpRequest&, std::function<void(HttpResponse)> done) override {
    ++asked;
    if (is_slow)
      answer = std::move(done);
    else
      loop.post([done = std::move(done), fixed = fixed] { done(fixed); });
    return [] {};
  }
};

struct SlowKeys : Keys {
  std::shared_ptr<SlowAuthority> slow = std::make_shared<SlowAuthority>();
  Loop loop;
  std::vector<std::string> outcomes;
  SlowKeys() {
    verifier = TokenVerifier({.domain = "t.example",
                              .audience = "api",
                              .algorithms = "ES256",
                              .environment = {.transport = slow, .clock = clock}});
  }
  void begin(std::stop_token stop = {}, std::chrono::milliseconds timeout = {}) {
    verifier.async_verify(token(), {.timeout = timeout, .stop = std::move(stop)})
        .start(loop, [this](const Result<VerifiedToken>& r) { outcomes.push_back(r ? "good" : r.error().reason); });
    loop.poll();
  }
  void answer() { std::exchange(slow->answer, nullptr)(authority->answer); }
};

TEST_F(SlowKeys, AreAskedForByOneCallOfMany) {
  for (int i = 0; i < 100; ++i) begin();
  EXPECT_EQ(slow->asked, 1);
  EXPECT_TRUE(outcomes.empty());
  answer();
  loop.run();
  EXPECT_EQ(outcomes, std::vector<std::string>(100, "good"));
  EXPECT_EQ(slow->asked, 1);
}

TEST_F(SlowKeys, OfACallThatIsCalledOffAreAskedForByTheNextButOnceOnly) {
  std::stop_source first, second_one;
  begin(first.get_token());
  begin(second_one.get_token());
  begin();
  EXPECT_EQ(slow->asked, 1);
  first.request_stop();
  for (int i = 0; i < 5; ++i) loop.poll();
  EXPECT_EQ(outcomes, std::vector<std::string>{"cancelled"});
  EXPECT_EQ(slow->asked, 2);
  second_one.request_stop();
  loop.run();
  EXPECT_EQ(outcomes, (std::vector<std::string>{"cancelled", "cancelled", "jwks_unreachable"}));
  EXPECT_EQ(slow->asked, 2);
  clock->ms += pause;
  begin();
  answer();
  loop.run();
  EXPECT_EQ(outcomes.back(), "good");
}

TEST_F(SlowKeys, ThatNeverCameAreAFailure) {
  begin({}, std::chrono::milliseconds(1));
  begin();
  loop.run();
  EXPECT_EQ(outcomes, (std::vector<std::string>{"timeout", "jwks_unreachable"}));
  begin();
  EXPECT_EQ(slow->asked, 1);
}

TEST_F(SlowKeys, ABlockingCallInsideACompletionDoesNotWaitForTheLoopAroundIt) {
  begin();
  EXPECT_EQ(slow->asked, 1);
  std::string inside;
  loop.post([&] {
    slow->is_slow = false;  // this thread cannot answer the first request while it waits here
    slow->fixed = authority->answer;
    inside = outcome(token());
  });
  loop.poll();
  EXPECT_EQ(inside, "good");
  EXPECT_EQ(slow->asked, 2);
  answer();
  loop.run();
  EXPECT_EQ(outcomes, std::vector<std::string>{"good"});
}

TEST_F(Keys, OfATokenThatNamesNoneAreTheOnlyOneThatFits) {
  const Value other = make_key();
  const Value rsa = Value::object({{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}, {"kid", "r"}});
  const Value anonymous = without(key, "d");
  struct Case {
    const char* what;
    std::vector<Value> keys;
    const char* expected;
  };
  for (const auto& [what, keys, expected] : std::vector<Case>{
           {"one key", {publication(key, "k1")}, "good"},
           {"one that fits", {rsa, publication(key, "k1")}, "good"},
           {"one without a name", {anonymous}, "good"},
           {"one without a name, and one with", {publication(other, "k2"), anonymous}, "good"},
           {"two", {publication(key, "k1"), publication(other, "k2")}, "key_unknown"},
           {"two without names", {anonymous, without(other, "d")}, "key_unknown"},
           {"a secret one beside it", {with(publication(other, "k2"), "d", other["d"]), anonymous}, "good"},
           {"none that fits", {rsa}, "key_unknown"}}) {
    verifier = make();
    authority->publish(keys);
    EXPECT_EQ(outcome(nameless()), expected) << what;
  }
}

TEST_F(Keys, OfOneNameAreTheOneThatFits) {
  const Value rsa = Value::object({{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}, {"kid", "k1"}});
  const Value okp = Value::object({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}, {"kid", "k1"}});
  for (const Value& before : {rsa, okp, with(publication(make_key(), "k1"), "use", "enc"),
                              with(publication(make_key(), "k1"), "x", "AAAA")}) {
    verifier = make();
    authority->publish({before, publication(key, "k1")});
    EXPECT_EQ(outcome(token()), "good") << json::write(before);
    verifier = make();
    authority->publish({publication(key, "k1"), before});
    EXPECT_EQ(outcome(token()), "good") << json::write(before);
    verifier = make();
    authority->publish({before});
    EXPECT_EQ(outcome(token()), "key_unfit") << json::write(before);
  }
}

TEST_F(Keys, WhoseUseIsAnotherAreNotTaken) {
  const Value good = publication(key, "k1");
  const auto list = [](std::vector<Value> items) { return Value::array(std::move(items)); };
  struct Case {
    const char* member;
    Value value;
    bool is_good;
  };
  for (const auto& [member, value, is_good] : std::vector<Case>{{"use", "sig", true},
                                                                {"use", "enc", false},
                                                                {"use", "SIG", false},
                                                                {"use", Value(), false},
                                                                {"use", 1, false},
                                                                {"use", list({"sig"}), false},
                                                                {"alg", "ES256", true},
                                                                {"alg", "ES384", false},
                                                                {"alg", "RS256", false},
                                                                {"alg", Value(), false},
                                                                {"alg", 5, false},
                                                                {"key_ops", list({"verify"}), true},
                                                                {"key_ops", list({"sign", "verify"}), true},
                                                                {"key_ops", list({}), false},
                                                                {"key_ops", list({"sign"}), false},
                                                                {"key_ops", list({"verify", "verify"}), false},
                                                                {"key_ops", list({"verify", "encrypt"}), false},
                                                                {"key_ops", list({"verify", 1}), false},
                                                                {"key_ops", "verify", false},
                                                                {"key_ops", Value(), false},
                                                                {"key_ops", Value::object({{"a", "verify"}}), false},
                                                                {"d", key["d"], false},
                                                                {"k", "AAAA", false},
                                                                {"p", "AAAA", false},
                                                                {"d", Value(), false}}) {
    verifier = make();
    authority->publish({with(good, member, value)});
    EXPECT_EQ(outcome(token()), is_good ? "good" : "key_unfit") << member << " " << json::write(value);
  }
  verifier = make();
  authority->publish({with(with(good, "use", "sig"), "key_ops", list({"encrypt", "verify"}))});
  EXPECT_EQ(outcome(token()), "key_unfit") << "use and key_ops that disagree";
}

// A key of OpenSSL's making, as a JSON Web Key.
Value rsa_jwk(unsigned bits) {
  const sdk::Key made(EVP_RSA_gen(bits));
  const auto number = [&](const char* name) {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(made.get(), name, &raw);
    const sdk::Number n(raw);
    std::string out(static_cast<std::size_t>(BN_num_bytes(n.get())), '\0');
    BN_bn2bin(n.get(), reinterpret_cast<unsigned char*>(out.data()));
    return text::base64url_encode(out);
  };
  return Value::object({{"kty", "RSA"}, {"n", number(OSSL_PKEY_PARAM_RSA_N)}, {"e", number(OSSL_PKEY_PARAM_RSA_E)}});
}

TEST(KeysThatAreNone, Rsa) {
  const auto is_taken = [](const Value& key) {
    return openssl_crypto()->import_key("RS256", json::write(key)) != nullptr;
  };
  const Value good = rsa_jwk(2048);
  EXPECT_TRUE(is_taken(good));
  EXPECT_TRUE(is_taken(with(good, "e", "Aw"))) << "3";
  for (const auto& [what, e] : {std::pair{"0", "AA"},
                                {"1", "AQ"},
                                {"1 with zeros before it", "AAAB"},
                                {"2", "Ag"},
                                {"65536", "AQAA"},
                                {"above 32 bits", "AQAAAAE"},
                                {"none", ""}})
    EXPECT_FALSE(is_taken(with(good, "e", e))) << what;
  EXPECT_FALSE(is_taken(rsa_jwk(1024)));
  std::string n = *text::base64url_decode(good["n"].text());
  n.back() = static_cast<char>(n.back() & ~1);
  EXPECT_FALSE(is_taken(with(good, "n", text::base64url_encode(n)))) << "even";
  EXPECT_FALSE(is_taken(with(good, "n", text::base64url_encode(std::string(256, '\xff'))))) << "divisible by 3";
}

TEST(KeysThatAreNone, Ed25519) {
  const auto is_taken = [](std::string raw) {
    return openssl_crypto()->import_key(
               "EdDSA",
               json::write(Value::object({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", text::base64url_encode(raw)}}))) !=
           nullptr;
  };
  const auto filled = [](unsigned char first, unsigned char between, unsigned char last) {
    std::string raw(32, static_cast<char>(between));
    raw.front() = static_cast<char>(first);
    raw.back() = static_cast<char>(last);
    return raw;
  };
  const auto raw = [](const char* text) { return *text::base64url_decode(text); };
  const std::string eighth = raw("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"),
                    other_eighth = raw("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o");
  for (std::string small : {filled(0, 0, 0), filled(1, 0, 0), filled(0xec, 0xff, 0x7f), eighth, other_eighth,
                            filled(0xed, 0xff, 0x7f), filled(0xee, 0xff, 0x7f), filled(0xff, 0xff, 0x7f)}) {
    EXPECT_FALSE(is_taken(small)) << text::base64url_encode(small);
    small.back() = static_cast<char>(small.back() ^ 0x80);
    EXPECT_FALSE(is_taken(small)) << text::base64url_encode(small);
  }
  EXPECT_FALSE(is_taken("x"));
  EXPECT_FALSE(is_taken(std::string(33, 'x')));
  EXPECT_TRUE(is_taken(raw("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))) << "of RFC 8037 appendix A";
}

TEST_F(Keys, ManyOfThemCostAStrangersTokenNothing) {
  std::vector<Value> many;
  for (int i = 0; i < 6000; ++i)
    many.push_back(i % 3 == 0
                       ? Value::object({{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}, {"kid", "r" + std::to_string(i)}})
                   : i % 3 == 1 ? Value::object({{"kty", "oct"}, {"k", "AAAA"}, {"kid", "o" + std::to_string(i)}})
                                : publication(key, ("e" + std::to_string(i)).c_str()));
  many.push_back(publication(key, "k1"));
  authority->publish(many);
  EXPECT_EQ(outcome(token()), "good");
  const int before = crypto->imports;
  for (int i = 0; i < 500; ++i) EXPECT_EQ(outcome(token(("made-up-" + std::to_string(i)).c_str())), "key_unknown");
  for (int i = 0; i < 500; ++i) EXPECT_EQ(outcome(nameless()), "key_unknown");
  EXPECT_EQ(crypto->imports, before);
  EXPECT_EQ(authority->asked, 1);
}

TEST_F(Keys, AreMadeReadyOnceWhateverHeadersComeBeforeTheirTokens) {
  ASSERT_EQ(outcome(token()), "good");
  const int before = crypto->imports;
  const Value stranger = make_key();
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(outcome(token_of(Value::object({{"alg", "ES256"}, {"kid", "k1"}, {"n", i}}), stranger)),
              "signature_invalid");
  EXPECT_EQ(outcome(token()), "good");
  EXPECT_EQ(crypto->imports, before);
}

TEST(KeyCache, RemembersNothingOfKeysThatWereReplaced) {
  sdk::KeyCache cache;
  const std::string url = "https://t.example/keys";
  const Value header = Value::object({{"alg", "ES256"}, {"kid", "k1"}});
  HttpResponse answer;
  answer.status = 200;
  const auto keep = [&](const Value& key) {
    answer.body = json::write(Value::object({{"keys", Value::array({publication(key, "k1")})}}));
    const sdk::KeyCache::Question question{url, header, 0};
    return cache.keep(question, cache.look(question).flight, answer, openssl_crypto()).is_taken;
  };
  ASSERT_TRUE(keep(make_key()));
  const auto old = cache.judge(url, header, 0);
  ASSERT_TRUE(old.key);
  cache.remember(url, "header", old);
  EXPECT_EQ(cache.judged(url, "header", 0).key, old.key);
  ASSERT_TRUE(keep(make_key()));
  EXPECT_FALSE(cache.judged(url, "header", 0).key);
  cache.remember(url, "header", old);
  EXPECT_FALSE(cache.judged(url, "header", 0).key);
}

}  // namespace
}  // namespace ostia
