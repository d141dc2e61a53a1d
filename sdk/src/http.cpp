#include "http.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <memory>

#include "ostia/text/ascii.hpp"

namespace ostia::sdk {
namespace {

constexpr long connect_timeout_s = 10;
constexpr long timeout_s = 30;
constexpr std::size_t body_limit = 4 * 1024 * 1024;

struct Received {
  std::string body;
  std::string status_text;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  received.too_large = received.body.size() + size * count > body_limit;
  if (received.too_large) return 0;
  received.body.append(data, size * count);
  return size * count;
}

// The status line's words: "HTTP/1.1 404 Not Found".
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* to) {
  std::string_view line(data, size * count);
  if (!line.starts_with("HTTP/")) return size * count;
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const auto first = line.find(' ');
  const auto second = first == line.npos ? first : line.find(' ', first + 1);
  static_cast<Received*>(to)->status_text = second == line.npos ? "" : std::string(line.substr(second + 1));
  return size * count;
}

std::string trusted_certificates(const std::string& ca_file) {
  if (!ca_file.empty()) return ca_file;
  const char* from_environment = std::getenv("SSL_CERT_FILE");
  return from_environment ? from_environment : "";
}

}  // namespace

HttpResponse send(const HttpRequest& request, const std::string& ca_file) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(ready == CURLE_OK ? curl_easy_init() : nullptr, curl_easy_cleanup);
  HttpResponse out;
  if (!curl) return out.failure = "libcurl cannot be used", out;
  Received received;
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers) list = curl_slist_append(list, (name + ": " + value).c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, curl_slist_free_all);
  const std::string certificates = trusted_certificates(ca_file);

  CURL* c = curl.get();
  curl_easy_setopt(c, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout_s);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, &received);
  if (!certificates.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, certificates.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  const CURLcode done = curl_easy_perform(c);
  if (done != CURLE_OK) {
    out.failure = received.too_large ? "the answer is larger than " + text::decimal(body_limit) + " bytes"
                                     : curl_easy_strerror(done);
    return out;
  }
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
  return {static_cast<int>(status), received.status_text, type ? type : "", std::move(received.body), {}};
}

}  // namespace ostia::sdk
