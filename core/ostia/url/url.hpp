// Absolute URLs taken apart as bytes (RFC 3986), without any normalising: what is compared is what was sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ostia::url {

/// The parts of an absolute URL; views into the text that was parsed.
struct Url {
  std::string_view scheme;
  std::string_view userinfo;
  bool has_userinfo = false;
  std::string_view host;  ///< with the brackets of an IPv6 literal
  std::string_view port;  ///< empty when there is none
  std::string_view path;
  std::string_view query;
  bool has_query = false;
  std::string_view fragment;
  bool has_fragment = false;
  bool has_authority = false;
};

/// Nothing for relative references, control characters, spaces, backslashes, non-ASCII or a port that is not a number.
std::optional<Url> parse(std::string_view text);

/// `scheme://host[:port]` of an http or https URL, lower-cased, without a default port; empty for anything else.
std::string origin_of(std::string_view text);

/// Whether the host is `localhost`, `127.0.0.0/8` or `[::1]`.
bool is_loopback_host(std::string_view host);

/// `name=value` pairs of a query or a form body in their order, decoded by `form_decode`.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

/// `base` with `name=value` appended to its query, both encoded.
void append_query(std::string& base, std::string_view name, std::string_view value);

}  // namespace ostia::url
