#include <openssl/x509v3.h>

#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {

namespace openssl {
namespace {

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, "building a certificate extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_serial(X509* certificate) {
  const std::string random = random_bytes(16);
  BIGNUM* number = BN_bin2bn(reinterpret_cast<const unsigned char*>(random.data()), 16, nullptr);
  BN_clear_bit(number, 127);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

}  // namespace

Certificate make_certificate(EVP_PKEY* key, const CertificateRequest& request, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate out(X509_new());
  X509* x = out.get();
  X509_set_version(x, X509_VERSION_3);
  set_serial(x);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), request.days * 24 * 3600);
  X509_set_pubkey(x, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.data()),
                             static_cast<int>(request.common_name.size()), -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
  add_extension(x, issuer, NID_basic_constraints,
                request.is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
  add_extension(x, issuer, NID_key_usage, request.is_authority ? "critical,keyCertSign" : "critical,digitalSignature");
  add_extension(x, issuer, NID_subject_key_identifier, "hash");
  if (!request.alternative_names.empty()) {
    add_extension(x, issuer, NID_subject_alt_name, request.alternative_names);
    add_extension(x, issuer, NID_ext_key_usage, "serverAuth");
  }
  require(X509_sign(x, issuer_key, EVP_sha256()) > 0, "signing a certificate");
  return out;
}

}  // namespace openssl

namespace {

std::string alternative_names(std::string_view host) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  if (url::is_loopback_host(host) || host == "0.0.0.0" || host == "::") return names;
  const bool is_address = host.find(':') != host.npos || (!host.empty() && text::is_digit(host.back()));
  return names.append(is_address ? ",IP:" : ",DNS:").append(host);
}

}  // namespace

TlsIdentity make_tls_identity(std::string_view host) {
  using namespace openssl;
  const Pkey ca_key(EVP_EC_gen("P-256")), key(EVP_EC_gen("P-256"));
  require(ca_key && key, "making an EC key");
  const std::string ca_name = "Ostia development CA " + random_id().substr(0, 8);
  const Certificate ca =
      make_certificate(ca_key.get(), {.common_name = ca_name, .is_authority = true}, nullptr, ca_key.get());
  const Certificate leaf = make_certificate(
      key.get(), {.common_name = "Ostia", .alternative_names = alternative_names(host)}, ca.get(), ca_key.get());
  return {to_pem(ca.get()), to_pem(leaf.get()), to_pem(key.get())};
}

}  // namespace ostia::authority
