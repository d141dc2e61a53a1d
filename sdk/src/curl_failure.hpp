// What is said of an exchange that failed: which of the many things that can go wrong on the way did, in words that
// name what would mend it, and under a reason that stays.
#pragma once

#include <curl/curl.h>

#include <string>

#include "ostia/engine/http.hpp"

namespace ostia::sdk {

constexpr long proxy_authentication_required = 407;

struct Circumstances {
  const std::string& url;
  const std::string& trusted;  ///< the file of the certificates to trust; empty: the system's
  const char* refused;         ///< why this side ended it, or null
  const char* text;            ///< libcurl's own, may be empty
  bool lacks_descriptors;
};

HttpResponse failure_of(CURL* easy, CURLcode code, const Circumstances& at);

}  // namespace ostia::sdk
