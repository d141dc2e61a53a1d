// Whose answer it is: the `iss` parameter of authorization responses (RFC 9207), against mix-ups of two authorities.
#pragma once

#include <optional>
#include <string_view>

namespace ostia::oauth {

/// Whether an authorization response is the issuer's that was asked (RFC 9207 section 2.4): where the issuer announces
/// the parameter (`authorization_response_iss_parameter_supported`) it must be there, and where it is there it must be
/// `issuer`, letter for letter. Errors' responses carry it as well. `issuer` is empty where nobody knows it: OAuth
/// without discovery; then there is nothing to compare with.
// AZ-1607 · RFC 9207 section 2.4
[[nodiscard]] inline bool is_response_of(std::optional<std::string_view> iss, std::string_view issuer,
                                         bool is_announced) {
  if (!iss) return !is_announced;
  return issuer.empty() || *iss == issuer;
}

}  // namespace ostia::oauth
