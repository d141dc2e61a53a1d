// Percent-encoding (RFC 3986 section 2.1) and form decoding as browsers do it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ostia::url {

/// Encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view in);

/// Strict: nothing if a percent sign is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view in);

/// A name or value of `application/x-www-form-urlencoded`: `+` is a space; a malformed or non-UTF-8 sequence leaves the
/// whole component as it came, as a browser's query parsers do.
std::string form_decode(std::string_view in);

}  // namespace ostia::url
