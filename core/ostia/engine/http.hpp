// An HTTP exchange as the core sees one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ostia/result.hpp"

namespace ostia {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request; redirects are not followed.
struct HttpRequest {
  std::string method;
  std::string url;
  Headers headers;
  std::string body;
  bool credentials = false;  ///< with the authority's cookies, which the answer may set
};

struct HttpResponse {
  int status = 0;  ///< 0: no answer at all, and `failure` says why
  std::string status_text;
  std::string content_type;
  std::string body;
  std::string failure;
  Headers headers = {};  ///< as they came; a page's host leaves them out
  bool was_sent = true;  ///< false: the peer cannot have seen the request
};

/// The first header of that name (any case), or empty text.
OSTIA_API std::string_view find_header(const Headers& headers, std::string_view name);

}  // namespace ostia
