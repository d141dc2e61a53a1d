#include "http/curl.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/log.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::curl {
namespace {

namespace ip = boost::asio::ip;

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

std::string part_of(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* part = nullptr;
  if (curl_url_get(url, which, &part, flags) != CURLUE_OK) return {};
  std::string out(part);
  curl_free(part);
  return out;
}

std::string host_of(CURLU* url) {
  const std::string host = part_of(url, CURLUPART_HOST);
  const bool is_bracketed = host.size() > 2 && host.front() == '[';
  return is_bracketed ? host.substr(1, host.size() - 2) : host;
}

std::optional<ip::address> address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip::address_v6(bytes);
}

}  // namespace

std::string origin_of(CURLU* url) {
  const std::string host = text::lower(part_of(url, CURLUPART_HOST));
  if (host.empty()) return {};
  return part_of(url, CURLUPART_SCHEME) + "://" + host + ":" + part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

Transfer::Transfer(const Egress& egress, const std::string& url, const char* protocols, Limits limits)
    : egress_(egress), url_(curl_url()), easy_(curl_easy_init()) {
  CURL* c = easy_.get();
  // The host that the policy is asked about is the one that libcurl reads, whatever the URL looks like to others.
  if (curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK) {
    host_ = host_of(url_.get());
    curl_easy_setopt(c, CURLOPT_CURLU, url_.get());
  }
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, limits.connect_timeout);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, limits.timeout);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, discard);
  if (egress.takes_any_certificate(host_)) {
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

std::string Transfer::why(CURLcode code) const {
  return was_refused_ ? host_ + " is at an address that this authority does not call; its log says which"
                      : curl_easy_strerror(code);
}

bool Transfer::may_reach(const curl_sockaddr& address) {
  const auto to = address_of(address.addr);
  const std::string_view against = to ? egress_.refusal(host_, *to) : "of another family";
  if (against.empty()) return true;
  was_refused_ = true;
  const std::string text = to ? canonical_address(to->to_string()) : "";
  log_event("warning", "egress_refused",
            {{"host", host_},
             {"address", text},
             {"what", "the address is " + std::string(against) + ": --allow-egress " + text + " would allow it"}});
  return false;
}

// What libcurl is about to connect to, after it has resolved the name.
curl_socket_t Transfer::open(void* self, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<Transfer*>(self)->may_reach(*address)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace ostia::authority::curl
