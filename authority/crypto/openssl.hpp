// OpenSSL's handles, freed by themselves. For the files of this folder, and for the doctor, who reads certificates.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ostia::authority::openssl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};

using Pkey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

inline void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

inline Bio reader(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

inline std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

inline std::string to_pem(X509* certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(out.get(), certificate) == 1, "writing a certificate");
  return contents(out.get());
}

inline std::string to_pem(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "writing a key");
  return contents(out.get());
}

/// What a new certificate says.
struct CertificateRequest {
  std::string_view common_name;
  long days = 825;
  bool is_authority = false;
  std::string alternative_names;  ///< OpenSSL's notation: `DNS:localhost,IP:127.0.0.1`
  std::string permitted_names;    ///< of an authority, in the same notation with a mask for each address; empty: all
};

/// A certificate for `key`, signed by `issuer_key` in the name of `issuer` (null: self-signed).
Certificate make_certificate(EVP_PKEY* key, const CertificateRequest& request, X509* issuer, EVP_PKEY* issuer_key);

}  // namespace ostia::authority::openssl
