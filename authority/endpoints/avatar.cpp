// `/avatars/{initials}.svg`: the picture of who has none (Auth0: user picture).
#include "accounts/picture.hpp"
#include "endpoints/endpoints.hpp"
#include "ostia/url/percent.hpp"

namespace ostia::authority {

Answering avatar(Authority&, Request request) {
  constexpr std::string_view root = "/avatars/", ending = ".svg";
  const std::string_view path = request.path;
  const bool is_named = path.size() > root.size() + ending.size() && path.ends_with(ending);
  const auto initials = is_named
                            ? url::percent_decode(path.substr(root.size(), path.size() - root.size() - ending.size()))
                            : std::optional<std::string>();
  auto picture = initials ? draw_initials(*initials) : std::optional<std::string>();
  if (!picture) co_return oauth_error(404, "not_found", "There is no such picture.");
  co_return Response{200,
                     {{"Content-Type", "image/svg+xml"},
                      {"Cache-Control", "public, max-age=86400, immutable"},
                      {"Content-Security-Policy", "default-src 'none'; sandbox"},
                      {"Cross-Origin-Resource-Policy", "cross-origin"}},
                     *std::move(picture)};
}

}  // namespace ostia::authority
