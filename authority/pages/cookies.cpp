#include "pages/cookies.hpp"

#include "crypto/crypto.hpp"

namespace ostia::authority {
namespace {

// Over HTTPS `__Host-`: a browser takes such a cookie of this very host only, so that no neighbour (`evil.example.com`,
// or this name in plain HTTP) plants one (RFC 6265bis section 4.1.3.2). Cookies do not know ports: the plain-http
// domain of `--dev` must not meet the other one's Secure cookies.
std::string name_of(const Request& request, CookieKind kind) {
  const std::string name(plain_name_of(kind));
  return request.is_secure() ? "__Host-" + name : name + "_dev";
}

}  // namespace

std::string_view plain_name_of(CookieKind kind) {
  constexpr std::string_view names[] = {"auth0", "did", "auth0_co", "no_passkey"};
  return names[static_cast<std::size_t>(kind)];
}

std::string read_cookie(const Request& request, CookieKind kind) {
  const std::string name = name_of(request, kind);
  const auto value = request.cookie(name);
  return std::string(value.empty() ? request.cookie(name + "_compat") : value);
}

// AZ-218 · RFC 6265 section 4.1.2
void set_cookie(Response& response, const Request& request, CookieKind kind, std::string_view value,
                std::int64_t max_age) {
  const std::string name = name_of(request, kind);
  const std::string rest = "=" + std::string(value) + "; Path=/; HttpOnly; Max-Age=" + std::to_string(max_age);
  if (!request.is_secure()) {
    response.with("Set-Cookie", name + rest + "; SameSite=Lax");
    return;
  }
  response.with("Set-Cookie", name + rest + "; Secure; SameSite=None");
  response.with("Set-Cookie", name + "_compat" + rest + "; Secure");
}

std::string device_of(const Request& request) {
  constexpr std::size_t length = 43;  // of 32 bytes in base64url
  std::string device = read_cookie(request, CookieKind::device);
  return device.size() == length ? device : std::string();
}

void name_device(Response& response, const Request& request, std::string_view device) {
  constexpr std::int64_t year = 365 * 24 * 3600;
  set_cookie(response, request, CookieKind::device, device, year);
}

Request with_device(const Request& request) {
  Request out = request;
  if (device_of(request).empty())
    out.headers.insert(out.headers.begin(), {"cookie", name_of(request, CookieKind::device) + "=" + random_id()});
  return out;
}

}  // namespace ostia::authority
