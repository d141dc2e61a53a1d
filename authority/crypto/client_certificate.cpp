#include "crypto/client_certificate.hpp"

#include <algorithm>

#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

using namespace openssl;

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(bytes);
  return out;
}

std::optional<ClientCertificate> describe(const Certificate& certificate) {
  if (!certificate) return {};
  const Bio name(BIO_new(BIO_s_mem()));
  constexpr unsigned long as_text = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;  // UTF-8 stays as it is
  if (X509_NAME_print_ex(name.get(), X509_get_subject_name(certificate.get()), 0, as_text) < 0) return {};
  return ClientCertificate{text::base64url_encode(sha256(der_of(certificate.get()))),
                           normal_name(contents(name.get()))};
}

}  // namespace

std::optional<ClientCertificate> read_certificate_pem(std::string_view pem) {
  return describe(Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr)));
}

std::optional<ClientCertificate> read_certificate_der(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  const bool is_all = at == reinterpret_cast<const unsigned char*>(der.data()) + der.size();
  return is_all ? describe(certificate) : std::nullopt;
}

std::string normal_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    std::size_t end = 0;  // of a part, at a comma that is not escaped
    while (end < name.size() && name[end] != ',') end += name[end] == '\\' ? 2 : 1;
    end = std::min(end, name.size());
    const auto part = text::trimmed(name.substr(0, end));
    const auto equals = std::min(part.find('='), part.size());
    if (!out.empty()) out += ',';
    for (const char c : text::trimmed(part.substr(0, equals))) out += text::to_upper(c);
    if (equals < part.size()) out.append("=").append(text::trimmed(part.substr(equals + 1)));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return out;
}

}  // namespace ostia::authority
