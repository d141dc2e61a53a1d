// Property: what is accepted is on the list byte for byte, or differs from an entry in one label for `*` or in a
// loopback port, and never has user info, a fragment, white space or a backslash.
#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/url/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  static const std::vector<std::string> registered = {"https://app.example/cb", "https://*.app.example/cb?x=1",
                                                      "http://127.0.0.1/cb", "com.example.app:/cb"};
  const std::string uri(reinterpret_cast<const char*>(data), size);
  if (!ostia::oauth::is_registered_redirect_uri(uri, registered, {.any_loopback_port = true})) return 0;
  if (uri.find_first_of(" \t\r\n\\@#*") != std::string::npos) __builtin_trap();
  const bool exact = uri == registered[0] || uri == registered[2] || uri == registered[3];
  const bool wildcard = uri.starts_with("https://") && uri.ends_with(".app.example/cb?x=1");
  const bool loopback = uri.starts_with("http://127.0.0.1:") && uri.ends_with("/cb");
  if (!exact && !wildcard && !loopback) __builtin_trap();
  return 0;
}
