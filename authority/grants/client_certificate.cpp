#include "grants/client_certificate.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {

// AZ-646 · RFC 9440 section 2.2
std::optional<ClientCertificate> certificate_of(const Request& request) {
  if (const auto pem = url::percent_decode(request.header("client-certificate")); pem && !pem->empty())
    return read_certificate_pem(*pem);
  const std::string_view field = text::trimmed(request.header("client-cert"));
  if (field.size() < 2 || field.front() != ':' || field.back() != ':') return {};
  const auto der = text::base64_decode(field.substr(1, field.size() - 2));
  return der ? read_certificate_der(*der) : std::nullopt;
}

// AZ-646 · RFC 8705 section 2
Status check_certificate(const Request& request, const Client& client) {
  const auto certificate = certificate_of(request);
  if (!certificate)
    return oauth(401, "invalid_client", "Client certificate required: no proxy that is trusted has handed one over",
                 "client_certificate_missing");
  if (client.auth_method == "self_signed_tls_client_auth") {
    if (contains(client.certificates, certificate->thumbprint)) return ok();
  } else if (contains(client.subject_names, certificate->subject)) {
    if (request.header("client-certificate-ca-verified") == "SUCCESS") return ok();
    return oauth(401, "invalid_client", "The proxy has not verified the client certificate's authority",
                 "client_certificate_unverified");
  }
  return oauth(401, "invalid_client", "The certificate is none of the client's", "client_certificate_unknown");
}

}  // namespace ostia::authority
