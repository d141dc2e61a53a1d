#include "crypto/public_key.hpp"

#include <openssl/core_names.h>

#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

using namespace openssl;

std::string base64url_number(EVP_PKEY* key, const char* name, std::size_t width) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1, "reading a key");
  const std::unique_ptr<BIGNUM, Deleter<BN_free>> held(number);
  const auto size = std::max(width, static_cast<std::size_t>(BN_num_bytes(number)));
  std::string out(size, '\0');
  require(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)) > 0,
          "writing a number");
  return text::base64url_encode(out);
}

struct Curve {
  std::string_view name, crv;
  std::size_t width;
};
constexpr Curve curves[] = {{"prime256v1", "P-256", 32}, {"secp384r1", "P-384", 48}, {"secp521r1", "P-521", 66}};

// What RFC 7638 hashes: the members that a key of this type must have, in the order of their names.
std::string canonical(EVP_PKEY* key, std::string& type) {
  const int id = EVP_PKEY_get_base_id(key);
  if (id == EVP_PKEY_RSA) {
    type = "RSA";
    return R"({"e":")" + base64url_number(key, OSSL_PKEY_PARAM_RSA_E, 0) + R"(","kty":"RSA","n":")" +
           base64url_number(key, OSSL_PKEY_PARAM_RSA_N, 0) + R"("})";
  }
  if (id == EVP_PKEY_ED25519) {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1) return {};
    type = "OKP";
    return R"({"crv":"Ed25519","kty":"OKP","x":")" + text::base64url_encode(raw) + R"("})";
  }
  char group[64] = {};
  std::size_t length = 0;
  if (id != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1) return {};
  for (const auto& curve : curves)
    if (curve.name == std::string_view(group, length)) {
      type = "EC";
      return R"({"crv":")" + std::string(curve.crv) + R"(","kty":"EC","x":")" +
             base64url_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.width) + R"(","y":")" +
             base64url_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.width) + R"("})";
    }
  return {};
}

void read_certificate(PublicKey& out, X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  require(size > 0, "encoding a certificate");
  out.certificate_thumbprint =
      text::base64url_encode(sha256({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)}));
  OPENSSL_free(der);
  int days = 0, seconds = 0;
  const std::unique_ptr<ASN1_TIME, Deleter<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate)) == 1)
    out.not_after = static_cast<std::int64_t>(days) * 86'400 + seconds;
  const Bio name(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(name.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  out.subject = contents(name.get());
}

}  // namespace

std::optional<PublicKey> read_public_key(std::string_view pem) {
  PublicKey out;
  const Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  const Pkey key(certificate ? X509_get_pubkey(certificate.get())
                             : PEM_read_bio_PUBKEY(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!key) return {};
  const std::string members = canonical(key.get(), out.type);
  if (members.empty()) return {};
  out.kid = text::base64url_encode(sha256(members));
  if (certificate) read_certificate(out, certificate.get());
  const Bio written(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PUBKEY(written.get(), key.get()) == 1, "writing a key");
  out.pem = contents(written.get());
  return out;
}

}  // namespace ostia::authority
