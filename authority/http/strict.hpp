// Which heads of requests are HTTP/1.1 (RFC 9112), and no more than that: what two programs could read in two ways is
// refused before anything of it is acted upon.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ostia::authority {

struct HeadRefusal {
  int status = 400;
  std::string why;  ///< a sentence; it repeats nothing of what was sent
};

/// What is wrong with the head of a request, from its first line to the empty one; nothing if it is good.
std::optional<HeadRefusal> refuse_head(std::string_view head);

/// Whether a line ends without CR, from the place `from` on: then what has come so far can become no good head.
bool has_bare_line_end(std::string_view part, std::size_t from = 0);

/// The authority of a target in absolute form (`http://login.example/authorize`), and the rest of it, which begins with
/// a slash; for other forms an empty authority and the target itself (RFC 9112 section 3.2).
struct Target {
  std::string_view authority, path_and_query;
};
Target split_target(std::string_view target);

}  // namespace ostia::authority
