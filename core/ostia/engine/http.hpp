// An HTTP exchange as the core sees one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ostia/result.hpp"

namespace ostia {

using Headers = std::vector<std::pair<std::string, std::string>>;

#ifndef __wasm__
class HttpCookies;  // ostia/environment.hpp
#endif

/// One HTTP request; redirects are not followed.
struct HttpRequest {
  std::string method;
  std::string url;
  Headers headers;
  std::string body;
#ifndef __wasm__                              // a page's requests and answers stay with the page
  bool credentials = false;                   ///< with the authority's cookies, which the answer may set
  std::shared_ptr<HttpCookies> cookies = {};  ///< where these are kept, if anywhere: of the transport's own making
#endif
};

struct HttpResponse {
  int status = 0;  ///< 0: no answer at all, and `failure` says why
  std::string status_text;
  std::string content_type;
  std::string body;
  std::string failure;
#ifndef __wasm__
  Headers headers = {};  ///< as they came
  bool was_sent = true;  ///< false: the peer cannot have seen the request
  /// With `failure`, where it is known more finely: a stable `Error::reason`, such as `certificate_expired`. Empty:
  /// `network_failed`.
  std::string failure_reason = {};
#endif
};

/// The first header of that name (any case), or empty text.
OSTIA_API std::string_view find_header(const Headers& headers, std::string_view name);

}  // namespace ostia
