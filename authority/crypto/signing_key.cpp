#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <array>
#include <cstring>
#include <mutex>
#include <vector>

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
Signer make_signer(EVP_PKEY* key) {
  const Pkey own(EVP_PKEY_dup(key));
  Signer signer(EVP_PKEY_CTX_new(own.get(), nullptr));
  require(signer && EVP_PKEY_sign_init(signer.get()) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(signer.get(), RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_CTX_set_signature_md(signer.get(), EVP_sha256()) == 1,
          "preparing to sign");
  return signer;
}

}  // namespace

struct SigningKey::Key {
  Pkey pkey;
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
    return make_signer(pkey.get());
  }

  void put_back(Signer signer) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(signer));
  }
};

namespace {

std::string big_number(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1, "reading an RSA key");
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
  BN_free(number);
  return out;
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

// RFC 7638: the name of a key follows from the key.
std::string thumbprint(const std::string& n, const std::string& e) {
  return text::base64url_encode(sha256(R"({"e":")" + e + R"(","kty":"RSA","n":")" + n + R"("})"));
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

SigningKey SigningKey::generate(std::string_view common_name) {
  const Pkey key(EVP_RSA_gen(2048));
  require(key != nullptr, "making an RSA key");
  const Certificate certificate =
      make_certificate(key.get(), {.common_name = common_name, .days = 3650}, nullptr, key.get());
  return *from_pem(to_pem(key.get()), to_pem(certificate.get()));
}

Result<SigningKey> SigningKey::from_pem(std::string_view private_key, std::string_view certificate) {
  SigningKey out;
  out.key_ = std::make_shared<Key>();
  out.key_->pkey.reset(PEM_read_bio_PrivateKey(reader(private_key).get(), nullptr, nullptr, nullptr));
  const Certificate x509(PEM_read_bio_X509(reader(certificate).get(), nullptr, nullptr, nullptr));
  EVP_PKEY* key = out.key_->pkey.get();
  if (!key || !x509 || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return Error{"server_error", "a stored signing key is not an RSA key in PEM", "signing_key_malformed", 0,
                 Fault::ours};
  const std::string n = text::base64url_encode(big_number(key, OSSL_PKEY_PARAM_RSA_N));
  const std::string e = text::base64url_encode(big_number(key, OSSL_PKEY_PARAM_RSA_E));
  const std::string der = to_der(x509.get());
  out.certificate_ = certificate;
  out.kid_ = thumbprint(n, e);
  out.jwk_ = json::Value::object({{"kty", "RSA"},
                                  {"use", "sig"},
                                  {"alg", "RS256"},
                                  {"kid", out.kid_},
                                  {"n", n},
                                  {"e", e},
                                  {"x5t", text::base64url_encode(sha1(der))},
                                  {"x5c", json::Value::array({text::base64_encode(der)})}});
  return out;
}

std::string SigningKey::private_pem() const { return to_pem(key_->pkey.get()); }

std::string SigningKey::sign(const json::Value& claims, std::string_view type) const {
  const json::Value header = json::Value::object({{"alg", "RS256"}, {"typ", type}, {"kid", kid_}});
  std::string token = jose::build_signing_input(header, claims);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_->pkey.get())), '\0');
  std::size_t size = signature.size();
  const std::string digest = sha256(token);
  Signer signer = key_->take();
  require(EVP_PKEY_sign(signer.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(digest),
                        digest.size()) == 1,
          "signing");
  key_->put_back(std::move(signer));
  signature.resize(size);
  return token + "." + text::base64url_encode(signature);
}

bool SigningKey::verify(std::string_view input, std::string_view signature) const {
  thread_local const Context context(EVP_MD_CTX_new());
  thread_local GoodSignatures good;
  std::string& known = good.place_of(kid_, input, signature);
  if (known == good.digest()) return true;
  EVP_MD_CTX_reset(context.get());
  if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) != 1)
    return false;
  known = good.digest();
  return true;
}

}  // namespace ostia::authority
