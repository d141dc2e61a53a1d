#include <openssl/core_names.h>

#include <array>
#include <cstring>
#include <mutex>
#include <vector>

#include "crypto/algorithms.hpp"
#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {

using namespace openssl;

namespace {

using Signer = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

// What is the same for each signature, done once: OpenSSL looks its algorithms up by name, under locks. A signer has a
// copy of the key, since threads that sign with one wait for each other: RSA's blinding is the key's.
Signer make_signer(EVP_PKEY* key, const Algorithm& algorithm) {
  const Pkey own(EVP_PKEY_dup(key));
  Signer signer(EVP_PKEY_CTX_new(own.get(), nullptr));
  require(signer && EVP_PKEY_sign_init(signer.get()) == 1 && set_padding(signer.get(), algorithm) &&
              EVP_PKEY_CTX_set_signature_md(signer.get(), algorithm.digest()) == 1,
          "preparing to sign");
  return signer;
}

}  // namespace

struct SigningKey::Key {
  Pkey pkey;
  const Algorithm* algorithm = nullptr;
  std::mutex mutex;
  std::vector<Signer> idle;  // as many as have ever signed at once

  Signer take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        Signer signer = std::move(idle.back());
        idle.pop_back();
        return signer;
      }
    }
    return make_signer(pkey.get(), *algorithm);
  }

  void put_back(Signer signer) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(signer));
  }

  std::string sign(std::string_view input) {
    if (!algorithm->digest) return sign_whole(input);
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(pkey.get())), '\0');
    std::size_t size = signature.size();
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    require(EVP_Digest(input.data(), input.size(), digest, &digest_size, algorithm->digest(), nullptr) == 1, "hashing");
    Signer signer = take();
    require(EVP_PKEY_sign(signer.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, digest,
                          digest_size) == 1,
            "signing");
    put_back(std::move(signer));
    signature.resize(size);
    return algorithm->coordinate == 0 ? signature : from_der_signature(signature, algorithm->coordinate);
  }

 private:
  // EdDSA hashes by itself (RFC 8032 section 5.1.6).
  std::string sign_whole(std::string_view input) {
    const Context context(EVP_MD_CTX_new());
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(pkey.get())), '\0');
    std::size_t size = signature.size();
    require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
                EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                               reinterpret_cast<const unsigned char*>(input.data()), input.size()) == 1,
            "signing");
    signature.resize(size);
    return signature;
  }
};

namespace {

// base64url, of `size` bytes or more: coordinates have the length of their curve (RFC 7518 section 6.2.1.2).
std::string big_number(EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1, "reading a key");
  const auto length = std::max<int>(BN_num_bytes(number), static_cast<int>(size));
  std::string out(static_cast<std::size_t>(length), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), length);
  BN_free(number);
  return text::base64url_encode(out);
}

std::string to_der(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  require(size > 0, "encoding a certificate");
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string sha1(std::string_view bytes) {  // x5t is a SHA-1 by definition (RFC 7517 section 4.8): a name, not a proof
  std::string out(20, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, EVP_sha1(), nullptr);
  return out;
}

// The members that make the key (RFC 7518 section 6, RFC 8037 section 2), in the order that RFC 7638 wants of them.
json::Value public_members(EVP_PKEY* key, const Algorithm& a) {
  if (a.key_type == EVP_PKEY_RSA)
    return json::Value::object(
        {{"e", big_number(key, OSSL_PKEY_PARAM_RSA_E)}, {"kty", "RSA"}, {"n", big_number(key, OSSL_PKEY_PARAM_RSA_N)}});
  if (a.key_type == EVP_PKEY_EC)
    return json::Value::object({{"crv", "P-256"},
                                {"kty", "EC"},
                                {"x", big_number(key, OSSL_PKEY_PARAM_EC_PUB_X, a.coordinate)},
                                {"y", big_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, a.coordinate)}});
  std::string x(32, '\0');
  std::size_t size = x.size();
  require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size) == 1, "reading a key");
  return json::Value::object({{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", text::base64url_encode(x)}});
}

// RFC 7638: the name of a key follows from the key.
std::string thumbprint(const json::Value& members) { return text::base64url_encode(sha256(json::write(members))); }

Pkey generate_key(const Algorithm& a) {
  if (a.key_type == EVP_PKEY_EC) return Pkey(EVP_EC_gen("P-256"));
  if (a.key_type == EVP_PKEY_RSA) return Pkey(EVP_RSA_gen(2048));
  return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

// Programs present one access token many times, and that its signature is by a key stays true for ever: the key's name
// is its thumbprint. Whether the key is still one of ours, and the token still good, is asked each time.
class GoodSignatures {
 public:
  // Where it stands, if it is known, that this signature is good: then that place has `digest()`.
  std::string& place_of(const std::string& kid, std::string_view input, std::string_view signature) {
    digest_ = sha256(sha256(input) + sha256(signature) + kid);
    std::size_t place = 0;
    std::memcpy(&place, digest_.data(), sizeof place);
    return places_[place % places_.size()];
  }
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::string digest_;
  std::array<std::string, 512> places_;
};

}  // namespace

const std::vector<std::string>& signing_algorithms() {
  static const std::vector<std::string> names = {"RS256", "RS384", "RS512", "PS256", "ES256", "EdDSA"};
  return names;
}

SigningKey SigningKey::generate(std::string_view common_name, std::string_view algorithm) {
  const Algorithm* a = find_algorithm(algorithm);
  require(a != nullptr, "choosing an algorithm");
  const Pkey key = generate_key(*a);
  require(key != nullptr, "making a key");
  const Certificate certificate =
      make_certificate(key.get(), {.common_name = common_name, .days = 3650}, nullptr, key.get());
  return *from_pem(to_pem(key.get()), to_pem(certificate.get()), algorithm);
}

Result<SigningKey> SigningKey::from_pem(std::string_view private_key, std::string_view certificate,
                                        std::string_view algorithm) {
  SigningKey out;
  out.key_ = std::make_shared<Key>();
  out.key_->pkey.reset(PEM_read_bio_PrivateKey(reader(private_key).get(), nullptr, nullptr, nullptr));
  out.key_->algorithm = find_algorithm(algorithm);
  const Certificate x509(PEM_read_bio_X509(reader(certificate).get(), nullptr, nullptr, nullptr));
  EVP_PKEY* key = out.key_->pkey.get();
  if (!key || !x509 || !out.key_->algorithm || !fits(key, *out.key_->algorithm))
    return Error{"server_error", "a stored signing key is not a key for " + std::string(algorithm) + " in PEM",
                 "signing_key_malformed", 0, Fault::ours};
  const json::Value members = public_members(key, *out.key_->algorithm);
  const std::string der = to_der(x509.get());
  out.algorithm_ = algorithm;
  out.certificate_ = certificate;
  out.kid_ = thumbprint(members);
  out.jwk_ = json::Value::object({{"kty", members["kty"]}, {"use", "sig"}, {"alg", algorithm}, {"kid", out.kid_}});
  for (const auto& [name, member] : members.members()) out.jwk_.set(name, member);
  out.jwk_.set("x5t", text::base64url_encode(sha1(der)));
  out.jwk_.set("x5c", json::Value::array({text::base64_encode(der)}));
  return out;
}

std::string SigningKey::private_pem() const { return to_pem(key_->pkey.get()); }

std::string SigningKey::sign(const json::Value& claims, std::string_view type) const {
  const json::Value header = json::Value::object({{"alg", algorithm_}, {"typ", type}, {"kid", kid_}});
  std::string token = jose::build_signing_input(header, claims);
  const std::string signature = key_->sign(token);
  return token + "." + text::base64url_encode(signature);
}

bool SigningKey::verify(std::string_view input, std::string_view signature) const {
  thread_local const Context context(EVP_MD_CTX_new());
  thread_local GoodSignatures good;
  std::string& known = good.place_of(kid_, input, signature);
  if (known == good.digest()) return true;
  const Algorithm& algorithm = *key_->algorithm;
  std::string der;
  if (algorithm.coordinate != 0) {
    if (signature.size() != 2 * algorithm.coordinate) return false;
    der = to_der_signature(signature);
    signature = der;
  }
  EVP_MD_CTX_reset(context.get());
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &options, algorithm.digest ? algorithm.digest() : nullptr, nullptr,
                           key_->pkey.get()) != 1 ||
      !set_padding(options, algorithm) ||
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) != 1)
    return false;
  known = good.digest();
  return true;
}

}  // namespace ostia::authority
