// Header fields that the authority sends: none of them starts another line.
#pragma once

#include <algorithm>
#include <string_view>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {

/// RFC 9110 section 5.1: a token.
inline bool is_header_name(std::string_view s) {
  const auto fits = [](char c) {
    return text::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !s.empty() && std::all_of(s.begin(), s.end(), fits);
}

/// RFC 9110 section 5.5: no control character but the tab.
inline bool is_header_value(std::string_view s) {
  return std::none_of(s.begin(), s.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\t') || u == 0x7f;
  });
}

}  // namespace ostia::authority
