// libcurl's handles, freed by themselves, and what every transfer has in common: where it may go, and how long it
// takes.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "http/egress.hpp"

namespace ostia::authority::curl {

struct Close {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(CURLU* u) const { curl_url_cleanup(u); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  void operator()(curl_mime* m) const { curl_mime_free(m); }
};
using Easy = std::unique_ptr<CURL, Close>;
using Url = std::unique_ptr<CURLU, Close>;
using List = std::unique_ptr<curl_slist, Close>;
using Mime = std::unique_ptr<curl_mime, Close>;

/// Scheme, host and port of a URL, as libcurl reads it; empty if it is none.
std::string origin_of(CURLU* url);

inline void append(List& list, const std::string& line) { list.reset(curl_slist_append(list.release(), line.c_str())); }

struct Limits {
  long connect_timeout = 10, timeout = 30;  ///< seconds
};

/// A transfer to one URL, which connects only to what the policy lets it, and throws away what comes. Redirects are not
/// followed, and no proxy of the environment stands in between: it would go where the policy cannot see.
class Transfer {
 public:
  /// `protocols`: as libcurl lists them, such as `http,https`. `egress` must outlive it.
  Transfer(const Egress& egress, const std::string& url, const char* protocols, Limits limits = {});
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* get() const { return easy_.get(); }
  [[nodiscard]] const std::string& host() const { return host_; }  ///< as libcurl reads it
  [[nodiscard]] bool was_refused() const { return was_refused_; }  ///< by the policy
  /// What went wrong, for whoever asked for the transfer. The addresses are in the log.
  [[nodiscard]] std::string why(CURLcode code) const;

 private:
  static curl_socket_t open(void* self, curlsocktype purpose, curl_sockaddr* address);
  bool may_reach(const curl_sockaddr& address);

  const Egress& egress_;
  Url url_;
  Easy easy_;
  std::string host_;
  bool was_refused_ = false;
};

}  // namespace ostia::authority::curl
