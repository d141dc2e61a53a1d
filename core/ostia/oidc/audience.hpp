// For whom a token is. `aud` is one text or a list of texts (RFC 7519 section 4.1.3); nothing else in the project reads
// it. Claims are a `json::Value` or `json::Members`.
#pragma once

#include <string_view>
#include <vector>

namespace ostia::oidc {

/// Whether one of the audiences of `claims` is `audience`, letter for letter (RFC 7519 section 4.1.3). Nobody is
/// the empty audience. `audience` is of any type of text, for the WebAssembly module compares one type already.
// WA-089 · RFC 7519 section 4.1.3
template <class Claims, class Text>
[[nodiscard]] bool is_for(const Claims& claims, const Text& audience) {
  const auto& aud = claims["aud"];
  if (audience.empty()) return false;
  if (aud.is_string()) return aud.text() == audience;
  if (!aud.is_array()) return false;  // the members of an object are nobody's audiences
  for (const auto& one : aud.items())
    if (one.is_string() && one.text() == audience) return true;
  return false;
}

/// The audiences of `claims`, in their order; views into them. An item that is no text is an empty one, so that their
/// number is what the token says; none where there is no `aud`.
template <class Claims>
[[nodiscard]] std::vector<std::string_view> audiences_of(const Claims& claims) {
  const auto& aud = claims["aud"];
  if (aud.is_string()) return {aud.text()};
  std::vector<std::string_view> out;
  if (!aud.is_array()) return out;
  for (const auto& one : aud.items())
    out.push_back(one.is_string() ? std::string_view(one.text()) : std::string_view());
  return out;
}
template <class Claims>
std::vector<std::string_view> audiences_of(const Claims&& claims) = delete;  // the views would outlive them

}  // namespace ostia::oidc
