// Property: any bytes become pairs, and every URL's parts lie inside it.
#include "ostia/auth0/response.hpp"
#include "ostia/url/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto pairs = ostia::url::parse_form(text);
  if (ostia::auth0::parse_fragment(text).size() > pairs.size() + 1) __builtin_trap();
  if (const auto url = ostia::url::parse(text)) {
    for (const auto part : {url->scheme, url->userinfo, url->host, url->port, url->path, url->query, url->fragment})
      if (!part.empty() && (part.data() < text.data() || part.data() + part.size() > text.data() + text.size()))
        __builtin_trap();
  }
  (void)ostia::url::origin_of(text);
  return 0;
}
