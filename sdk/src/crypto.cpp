// The primitives by OpenSSL 3. Keys are parsed once; what a verification needs is prepared once and used again.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "fork_safe_mutex.hpp"
#include "openssl.hpp"
#include "ostia/environment.hpp"
#include "ostia/jose/algorithms.hpp"
#include "ostia/json/value.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {
namespace {

using json::Value;
using namespace sdk;  // handles

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

const EVP_MD* digest_of(int bits) { return bits == 384 ? EVP_sha384() : bits == 512 ? EVP_sha512() : EVP_sha256(); }

std::string hex(std::string_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : raw) out.append({digits[static_cast<unsigned char>(c) >> 4], digits[c & 0xf]});
  return out;
}

Number number(const Value& text) {
  const auto raw = text::base64url_decode(text.text());
  return Number(raw ? BN_bin2bn(bytes(*raw), static_cast<int>(raw->size()), nullptr) : nullptr);
}

Key from_parameters(const char* type, OSSL_PARAM_BLD* builder, int selection) {
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  const Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  EVP_PKEY* key = nullptr;
  if (context && parameters && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get());
  return Key(key);
}

constexpr int longest_modulus = 8192;  // bits; to look at one of 16384 takes OpenSSL a second

// Whether OpenSSL finds what it expects of such a key: a point on its curve; a modulus that is odd and has no small
// factor, an exponent that is odd and above 1.
bool is_sound(const Key& key) {
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> check(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr);
  return check && EVP_PKEY_public_check(check.get()) == 1;
}

Key rsa_key(const Value& jwk, bool is_private) {
  const Number n = number(jwk["n"]), e = number(jwk["e"]), d = is_private ? number(jwk["d"]) : nullptr;
  if (!n || !e || (is_private && !d) || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > longest_modulus ||
      BN_num_bits(e.get()) > 32)
    return nullptr;
  const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  if (d) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  Key key = from_parameters("RSA", builder.get(), d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
  return is_private || is_sound(key) ? std::move(key) : nullptr;  // nobody is fooled by a key of their own
}

struct Curve {
  std::string_view name;
  const char* group;
  std::size_t size;  // octets of a coordinate
};
constexpr std::array curves = {Curve{"P-256", "P-256", 32}, Curve{"P-384", "P-384", 48}, Curve{"P-521", "P-521", 66}};

const Curve* find_curve(const Value& jwk) {
  for (const auto& curve : curves)
    if (jwk["crv"].text() == curve.name) return &curve;
  return nullptr;
}

Key ec_key(const Value& jwk, bool is_private) {
  const Curve* curve = find_curve(jwk);
  const auto x = text::base64url_decode(jwk["x"].text()), y = text::base64url_decode(jwk["y"].text());
  if (!curve || !x || !y || x->size() != curve->size || y->size() != curve->size) return nullptr;
  const std::string point = "\x04" + *x + *y;
  const Number d = is_private ? number(jwk["d"]) : nullptr;
  if (is_private && !d) return nullptr;
  const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  if (d) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get());
  Key key = from_parameters("EC", builder.get(), d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
  return is_sound(key) ? std::move(key) : nullptr;
}

// The points of Ed25519 whose order divides 8, by their y; the sign of x, the highest bit, makes no difference. For
// such a key anybody can make signatures, and OpenSSL has no question that tells.
constexpr std::array<std::string_view, 5> small_order = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

// Whether 32 octets are a key as RFC 8032 section 5.1.3 has them, below 2^255 - 19, and of no small order.
bool is_sound_point(std::string_view raw) {
  std::string y(raw);
  y.back() = static_cast<char>(y.back() & 0x7f);
  const bool is_high = static_cast<unsigned char>(y.front()) >= 0xed && y.back() == 0x7f &&
                       std::all_of(y.begin() + 1, y.end() - 1, [](char c) { return c == '\xff'; });
  return !is_high && std::find(small_order.begin(), small_order.end(), hex(y)) == small_order.end();
}

Key ed25519_key(const Value& jwk, bool is_private) {
  const auto raw = text::base64url_decode(jwk[is_private ? "d" : "x"].text());
  if (!raw || raw->size() != 32 || !jwk["crv"].is("Ed25519") || (!is_private && !is_sound_point(*raw))) return nullptr;
  return Key(is_private ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(*raw), raw->size())
                        : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(*raw), raw->size()));
}

Key key_of(const Value& jwk, bool is_private) {
  const Value& type = jwk["kty"];
  return type.is("RSA")   ? rsa_key(jwk, is_private)
         : type.is("EC")  ? ec_key(jwk, is_private)
         : type.is("OKP") ? ed25519_key(jwk, is_private)
                          : nullptr;
}

// What JOSE writes as two numbers side by side, and X9.62 as a sequence (RFC 7518 section 3.4).
std::string to_der(std::string_view pair) {
  const std::size_t half = pair.size() / 2;
  const Handle<ECDSA_SIG, ECDSA_SIG_free> signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes(pair), static_cast<int>(half), nullptr),
                 BN_bin2bn(bytes(pair.substr(half)), static_cast<int>(half), nullptr));
  std::string out(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  unsigned char* to = bytes(out);
  i2d_ECDSA_SIG(signature.get(), &to);
  return out;
}

std::string from_der(std::string_view der, std::size_t size) {
  const unsigned char* from = bytes(der);
  const Handle<ECDSA_SIG, ECDSA_SIG_free> signature(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())));
  if (!signature) return {};
  std::string out(2 * size, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(out), static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(out) + size, static_cast<int>(size));
  return out;
}

bool set_padding(EVP_PKEY_CTX* context, std::string_view algorithm) {
  if (!algorithm.starts_with("PS")) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

class OpensslKey final : public VerificationKey {
 public:
  OpensslKey(Key key, std::string_view algorithm, std::size_t coordinate)
      : key_(std::move(key)),
        algorithm_(algorithm),
        coordinate_(coordinate),
        digest_(EVP_MD_fetch(nullptr, EVP_MD_get0_name(digest_of(jose::hash_bits(algorithm))), nullptr)) {}

  bool verify(std::string_view input, std::string_view signature) const override {
    if (algorithm_ == "EdDSA") return verify_whole(input, signature);
    if (coordinate_ > 0 && signature.size() != 2 * coordinate_) return false;
    Prepared prepared = take();
    if (!prepared.key) return false;
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
    unsigned size = 0;
    const bool good = EVP_DigestInit_ex2(prepared.digest.get(), digest_.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(prepared.digest.get(), input.data(), input.size()) == 1 &&
                      EVP_DigestFinal_ex(prepared.digest.get(), hash.data(), &size) == 1 &&
                      verify_hash(prepared.key.get(), signature, hash.data(), size);
    give_back(std::move(prepared));
    return good;
  }

 private:
  // What a verification needs; preparing it costs a tenth of one, so it is kept.
  struct Prepared {
    Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> key;
    Handle<EVP_MD_CTX, EVP_MD_CTX_free> digest;
  };

  bool verify_hash(EVP_PKEY_CTX* context, std::string_view signature, const unsigned char* hash,
                   std::size_t size) const {
    if (coordinate_ == 0) return EVP_PKEY_verify(context, bytes(signature), signature.size(), hash, size) == 1;
    const std::string der = to_der(signature);
    return EVP_PKEY_verify(context, bytes(der), der.size(), hash, size) == 1;
  }

  [[nodiscard]] bool verify_whole(std::string_view input, std::string_view signature) const {
    const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) == 1;
  }

  [[nodiscard]] Prepared take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Prepared prepared = std::move(idle_.back());
        idle_.pop_back();
        return prepared;
      }
    }
    Prepared made{decltype(Prepared::key)(EVP_PKEY_CTX_new(key_.get(), nullptr)),
                  decltype(Prepared::digest)(EVP_MD_CTX_new())};
    if (!made.key || !made.digest || EVP_PKEY_verify_init(made.key.get()) != 1 ||
        !set_padding(made.key.get(), algorithm_) || EVP_PKEY_CTX_set_signature_md(made.key.get(), digest_.get()) != 1)
      return {};
    return made;
  }
  void give_back(Prepared prepared) const {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < 64) idle_.push_back(std::move(prepared));
  }

  Key key_;
  std::string algorithm_;
  std::size_t coordinate_;  // octets of half an ECDSA signature; 0 for others
  Handle<EVP_MD, EVP_MD_free> digest_;
  mutable ForkSafeMutex mutex_;
  mutable std::vector<Prepared> idle_;
};

class OpensslCrypto final : public Crypto {
 public:
  std::string random(int count) override {
    std::string out(static_cast<std::size_t>(count), '\0');
    if (RAND_bytes(bytes(out), count) != 1) out.clear();
    return out;
  }

  std::string digest(int bits, std::string_view text) override {
    std::string out(static_cast<std::size_t>(bits) / 8, '\0');
    if (EVP_Digest(text.data(), text.size(), bytes(out), nullptr, digest_of(bits), nullptr) != 1) out.clear();
    return out;
  }

  std::shared_ptr<const VerificationKey> import_key(std::string_view algorithm, const std::string& text) override {
    const auto jwk = json::parse(text);
    if (!jwk || !jose::is_fit(*jwk, algorithm)) return nullptr;
    Key key = key_of(*jwk, false);
    if (!key) return nullptr;
    const Curve* curve = (*jwk)["kty"].is("EC") ? find_curve(*jwk) : nullptr;
    return std::make_shared<OpensslKey>(std::move(key), algorithm, curve ? curve->size : 0);
  }

  Result<std::string> sign(std::string_view algorithm, const std::string& text, std::string_view input) override {
    const auto refuse = [&](const char* why) {
      return caller_error("invalid_key", "the private key cannot sign " + std::string(algorithm) + ": " + why,
                          "invalid_key");
    };
    const auto jwk = json::parse(text);
    const Key key = jwk && jwk->is_object() ? key_of(*jwk, true) : from_pem(text);
    if (!key) return refuse("it is neither a private JSON Web Key nor PEM, or is too weak");
    const bool is_rsa = algorithm.starts_with("RS") || algorithm.starts_with("PS");
    const int wanted = is_rsa ? EVP_PKEY_RSA : algorithm.starts_with("ES") ? EVP_PKEY_EC : EVP_PKEY_ED25519;
    const int bits = jose::hash_bits(algorithm);
    if (bits == 0 || EVP_PKEY_get_base_id(key.get()) != wanted) return refuse("it is of another type");
    const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), &parameters, wanted == EVP_PKEY_ED25519 ? nullptr : digest_of(bits), nullptr,
                           key.get()) != 1 ||
        !set_padding(parameters, algorithm) ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes(input), input.size()) != 1)
      return refuse("OpenSSL refuses it");
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), bytes(signature), &size, bytes(input), input.size()) != 1)
      return refuse("OpenSSL refuses it");
    signature.resize(size);
    const std::size_t coordinate = bits == 256 ? 32 : bits == 384 ? 48 : 66;
    return wanted == EVP_PKEY_EC ? from_der(signature, coordinate) : signature;
  }

  Result<std::string> generate_key() override {
    const Key key(EVP_EC_gen("P-256"));
    BIGNUM* d = nullptr;
    std::array<unsigned char, 65> point{};
    std::size_t size = 0;
    if (!key || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &d) != 1 ||
        EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1 ||
        size != point.size())
      return Error{"no_key", "OpenSSL makes no key", "no_key", 0, Fault::ours};
    const Number secret(d);
    std::string raw(32, '\0');
    BN_bn2binpad(secret.get(), bytes(raw), 32);
    const std::string_view xy(reinterpret_cast<const char*>(point.data()) + 1, 64);
    return json::write(Value::object({{"kty", "EC"},
                                      {"crv", "P-256"},
                                      {"x", text::base64url_encode(xy.substr(0, 32))},
                                      {"y", text::base64url_encode(xy.substr(32))},
                                      {"d", text::base64url_encode(raw)}}));
  }

 private:
  static Key from_pem(const std::string& text) {
    const Handle<BIO, BIO_free_all> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const auto no_passphrase = [](char*, int, int, void*) { return 0; };
    return Key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
  }
};

}  // namespace

std::shared_ptr<Crypto> openssl_crypto() {
  static const auto crypto = std::make_shared<OpensslCrypto>();
  return crypto;
}

}  // namespace ostia
