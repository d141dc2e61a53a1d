// What a browser is told of each answer, beside what its page says of itself: that it comes by HTTPS, who may load it,
// which windows share its process, and what its scripts may use.
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace ostia::authority {

struct Told {
  std::string_view path;
  bool is_for_all = false;      ///< a public document, which any page may load
  bool asks_for_https = false;  ///< HSTS (RFC 6797)
};

/// Adds to the answer what it does not say itself.
void tell_browser(Response& response, const Told& about);

/// The page makes and uses passkeys.
void allow_passkeys(Response& response);

}  // namespace ostia::authority
