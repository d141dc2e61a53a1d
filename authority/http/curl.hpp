// libcurl's handles, freed by themselves, and what every transfer has in common.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "ostia/url/url.hpp"

namespace ostia::authority::curl {

struct Close {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  void operator()(curl_mime* m) const { curl_mime_free(m); }
};
using Easy = std::unique_ptr<CURL, Close>;
using List = std::unique_ptr<curl_slist, Close>;
using Mime = std::unique_ptr<curl_mime, Close>;

inline void append(List& list, const std::string& line) { list.reset(curl_slist_append(list.release(), line.c_str())); }

// On this machine nobody is in between, and no certificate says "localhost".
inline void accept_own_certificates(CURL* curl, std::string_view host) {
  if (!url::is_loopback_host(host)) return;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

inline std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

/// A transfer that gives up after `timeout` seconds, and throws away what comes.
inline Easy prepare(long connect_timeout = 10, long timeout = 30) {
  Easy easy(curl_easy_init());
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, connect_timeout);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, timeout);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, discard);
  return easy;
}

}  // namespace ostia::authority::curl
