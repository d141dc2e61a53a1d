#include "curl_failure.hpp"

#include <openssl/x509_vfy.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "dates.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::sdk {
namespace {

struct Failure {
  std::string text;
  const char* reason = "";
};

bool cannot_have_been_sent(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION: return true;
    default: return false;
  }
}

std::string host_of(const std::string& url) {
  const auto parsed = url::parse(url);
  return parsed ? std::string(parsed->host) : url;
}

// The names in the certificate that came, as libcurl prints it: `DNS:a.example, IP Address:127.0.0.1`; without any, its
// subject.
std::string names_of(CURL* easy) {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs == 0) return {};
  std::string subject;
  for (const curl_slist* line = chain->certinfo[0]; line; line = line->next) {
    const std::string_view text = line->data;
    const auto colon = text.find(':');
    if (colon == text.npos) continue;
    if (text.substr(0, colon) == "X509v3 Subject Alternative Name") return std::string(text.substr(colon + 1));
    if (text.substr(0, colon) == "Subject") subject = text.substr(colon + 1);
  }
  return subject;
}

std::string clock_says() { return "this machine's clock says " + utc_date(std::time(nullptr)); }

std::string how_to_trust(const std::string& trusted) {
  return (trusted.empty() ? std::string("trusted are the system's authorities")
                          : "trusted is what " + trusted + " has") +
         "; ca_file = \"FILE.pem\" or SSL_CERT_FILE=FILE.pem names others (DATA/ca.pem of `ostia serve` with a "
         "certificate of its own)";
}

// RFC 5280; the numbers are OpenSSL's.
Failure certificate_failure(CURL* easy, const Circumstances& at) {
  long verdict = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
  const std::string of = "The certificate of " + host_of(at.url);
  // libcurl compares the names itself, before it asks OpenSSL what it thinks of the rest.
  if (std::string_view(at.text).find("subject name") != std::string_view::npos) {
    const std::string names = names_of(easy);
    return {of + " is for another name" + (names.empty() ? "" : ": it has " + names) +
                "; the domain has to be one that it has",
            "certificate_wrong_name"};
  }
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {of + " has expired, or one that it stands on; " + clock_says(), "certificate_expired"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {of + " is not valid yet, or one that it stands on; " + clock_says(), "certificate_not_yet_valid"};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return {of + " is from nobody who is trusted (" + X509_verify_cert_error_string(verdict) + "); " +
                  how_to_trust(at.trusted),
              "certificate_untrusted"};
    default: return {of + " is refused: " + X509_verify_cert_error_string(verdict), "certificate_invalid"};
  }
}

bool are_descriptors_gone() {
  const int fd = eventfd(0, EFD_CLOEXEC);
  const bool gone = fd < 0 && (errno == EMFILE || errno == ENFILE);
  if (fd >= 0) close(fd);
  return gone;
}

bool is_proxy_asking(CURL* easy) {
  long status = 0, tunnel = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  return status == proxy_authentication_required || tunnel == proxy_authentication_required;
}

Failure connect_failure(CURL* easy, const std::string& text, const Circumstances& at) {
  long why = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &why);
  if (at.lacks_descriptors || why == EMFILE || why == ENFILE || are_descriptors_gone())
    return {"This process has no file descriptor left for a connection to " + host_of(at.url) +
                " (ulimit -n); it could not connect",
            "no_descriptors"};
  if (why == EADDRNOTAVAIL)
    return {"This machine has no local port left to connect to " + host_of(at.url) +
                " from (net.ipv4.ip_local_port_range; connections closed lately hold theirs for a minute)",
            "no_ports"};
  return {text, ""};
}

Failure judge(CURL* easy, CURLcode code, const Circumstances& at) {
  const std::string text = *at.text ? at.text : curl_easy_strerror(code);
  if (at.refused) return {at.refused, ""};
  if (is_proxy_asking(easy))
    return {
        "The proxy on the way asks for credentials (407); they go into its address, such as "
        "https_proxy=http://user:password@proxy.example:3128",
        "proxy_authentication_required"};
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION: return certificate_failure(easy, at);
    case CURLE_SSL_CACERT_BADFILE:
      return {"The certificates to trust cannot be read from the file " + at.trusted + " (ca_file or SSL_CERT_FILE)",
              "ca_file_unreadable"};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return connect_failure(easy, text, at);
    case CURLE_SEND_FAIL_REWIND:
      return {"the connection was closed before an answer came; it is not sent again, for the peer may have acted", ""};
    default: return {text, ""};
  }
}

}  // namespace

HttpResponse failure_of(CURL* easy, CURLcode code, const Circumstances& at) {
  HttpResponse response;
  auto [text, reason] = judge(easy, code, at);
  response.failure = std::move(text);
  response.failure_reason = reason;
  response.was_sent = !cannot_have_been_sent(code) && !is_proxy_asking(easy);
  return response;
}

}  // namespace ostia::sdk
