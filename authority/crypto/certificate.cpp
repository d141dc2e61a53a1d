#include "crypto/certificate.hpp"

#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <ctime>

#include <algorithm>

#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"

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
  if (issuer) add_extension(x, issuer, NID_authority_key_identifier, "keyid:always");
  if (!request.permitted_names.empty())
    add_extension(x, issuer, NID_name_constraints, "critical," + request.permitted_names);
  if (!request.alternative_names.empty()) {
    add_extension(x, issuer, NID_subject_alt_name, request.alternative_names);
    add_extension(x, issuer, NID_ext_key_usage, "serverAuth");
  }
  const bool hashes_by_itself = EVP_PKEY_get_base_id(issuer_key) == EVP_PKEY_ED25519;
  require(X509_sign(x, issuer_key, hashes_by_itself ? nullptr : EVP_sha256()) > 0, "signing a certificate");
  return out;
}

}  // namespace openssl

namespace {

using namespace openssl;

constexpr std::string_view authority_name = "Ostia development CA ";
constexpr long authority_days = 3650, certificate_days = 397;

bool is_address(const std::string& name) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

// The names, and those by which this machine calls itself.
std::vector<std::string> all_names(std::vector<std::string> names) {
  std::vector<std::string> out = {"localhost", "127.0.0.1", "::1"};
  for (auto& name : names) {
    const bool is_everywhere = name.empty() || name == "0.0.0.0" || name == "::";
    if (!is_everywhere && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names)
    out.append(out.empty() ? "" : ",").append(is_address(name) ? "IP:" : "DNS:").append(name);
  return out;
}

std::string permitted_names(const std::vector<std::string>& names) {
  constexpr const char *one_ipv4 = "/255.255.255.255", *one_ipv6 = "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  std::string out;
  for (const auto& name : names) {
    out.append(out.empty() ? "permitted;" : ",permitted;").append(is_address(name) ? "IP:" : "DNS:").append(name);
    if (is_address(name)) out += name.find(':') == name.npos ? one_ipv4 : one_ipv6;
  }
  return out;
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

Pkey read_key(const std::string& pem) {
  return Pkey(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(timegm(&parts)) : 0;
}

bool is_pair(const std::string& certificate, const std::string& key) {
  const Certificate c = read_certificate(certificate);
  const Pkey k = read_key(key);
  return c && k && X509_check_private_key(c.get(), k.get()) == 1;
}

// Never later than who made it: what it signed ends with it.
void end_with(X509* certificate, X509* issuer) {
  if (ASN1_TIME_compare(X509_get0_notAfter(certificate), X509_get0_notAfter(issuer)) > 0)
    X509_set1_notAfter(certificate, X509_get0_notAfter(issuer));
}

}  // namespace

std::optional<Validity> validity_of(const std::string& certificate) {
  const Certificate c = read_certificate(certificate);
  if (!c) return {};
  return Validity{seconds_of(X509_get0_notBefore(c.get())), seconds_of(X509_get0_notAfter(c.get()))};
}

std::string problem_of(const TlsIdentity& identity, std::int64_t now) {
  const auto validity = validity_of(identity.certificate);
  if (!validity) return "there is no certificate in PEM";
  if (!read_key(identity.key)) return "there is no private key in PEM";
  if (!is_pair(identity.certificate, identity.key)) return "the key is not the certificate's";
  if (validity->until <= now) return "the certificate has ended";
  if (validity->from > now) return "the certificate is not valid yet";
  return {};
}

CertificateNews news_of(Validity v, std::int64_t now, std::int64_t soon) {
  if (v.until <= now) return CertificateNews::has_ended;
  return v.until - now <= soon ? CertificateNews::ends_soon : CertificateNews::none;
}

bool is_due_for_renewal(Validity v, std::int64_t now) {
  return now < v.from || v.until - now <= (v.until - v.from) / 3;
}

bool is_authority_at_its_end(Validity v, std::int64_t now) { return v.until - now <= last_days_of_authority; }

bool is_good_authority(const OwnAuthority& authority) { return is_pair(authority.certificate, authority.key); }

bool is_own_certificate(const std::string& certificate) {
  const Certificate c = read_certificate(certificate);
  if (!c) return true;  // what cannot be read is nobody's
  char name[128] = {};
  X509_NAME_get_text_by_NID(X509_get_issuer_name(c.get()), NID_commonName, name, sizeof name);
  return std::string_view(name).starts_with(authority_name);
}

bool is_from(const OwnAuthority& authority, const std::string& certificate) {
  const Certificate ca = read_certificate(authority.certificate), c = read_certificate(certificate);
  return ca && c && X509_verify(c.get(), X509_get0_pubkey(ca.get())) == 1;
}

OwnAuthority make_own_authority(const std::vector<std::string>& names) {
  const Pkey key(EVP_EC_gen("P-256"));
  require(key != nullptr, "making an EC key");
  const std::string name = std::string(authority_name) + random_id().substr(0, 8);
  const Certificate made = make_certificate(key.get(),
                                            {.common_name = name,
                                             .days = authority_days,
                                             .is_authority = true,
                                             .permitted_names = permitted_names(all_names(names))},
                                            nullptr, key.get());
  return {to_pem(made.get()), to_pem(key.get())};
}

// RFC 5280 section 4.2.1.10
std::vector<std::string> permitted_of(const OwnAuthority& authority, const std::vector<std::string>& names) {
  const Certificate ca = read_certificate(authority.certificate);
  const Pkey key(EVP_EC_gen("P-256"));
  require(ca && key, "reading the authority");
  std::unique_ptr<NAME_CONSTRAINTS, Deleter<NAME_CONSTRAINTS_free>> limits(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(ca.get(), NID_name_constraints, nullptr, nullptr)));
  std::vector<std::string> out;
  for (const auto& name : names) {
    const Certificate tried = make_certificate(
        key.get(), {.common_name = "Ostia", .alternative_names = alternative_names({name})}, nullptr, key.get());
    X509_check_purpose(tried.get(), -1, 0);  // OpenSSL looks at the names of what it has gone through
    if (!limits || NAME_CONSTRAINTS_check(tried.get(), limits.get()) == X509_V_OK) out.push_back(name);
  }
  return out;
}

TlsIdentity make_own_certificate(const OwnAuthority& authority, const std::vector<std::string>& names,
                                 const std::string& kept_key) {
  const Certificate ca = read_certificate(authority.certificate);
  const Pkey ca_key = read_key(authority.key);
  Pkey key = read_key(kept_key);
  if (!key) key.reset(EVP_EC_gen("P-256"));
  require(ca && ca_key && key, "making a certificate");
  const Certificate made = make_certificate(
      key.get(),
      {.common_name = "Ostia", .days = certificate_days, .alternative_names = alternative_names(all_names(names))},
      ca.get(), ca_key.get());
  end_with(made.get(), ca.get());
  require(X509_sign(made.get(), ca_key.get(), EVP_sha256()) > 0, "signing a certificate");
  return {to_pem(made.get()), to_pem(key.get())};
}

std::string missing_name(const std::string& certificate, const std::vector<std::string>& names) {
  const Certificate c = read_certificate(certificate);
  for (const auto& name : all_names(names)) {
    const int is_there = is_address(name) ? X509_check_ip_asc(c.get(), name.c_str(), 0)
                                          : X509_check_host(c.get(), name.c_str(), name.size(), 0, nullptr);
    if (is_there != 1) return name;
  }
  return {};
}

}  // namespace ostia::authority
