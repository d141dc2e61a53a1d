// Cookies by their old names: read for a while, never instead of a new one, never where a neighbour may have set one.
#include <boost/asio/awaitable.hpp>

#include "pages/old_cookies.hpp"

#include <gtest/gtest.h>

#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

Request with(const std::string& cookies, const char* issuer = "https://login.example/") {
  Request request;
  request.issuer = issuer;
  request.headers = {{"cookie", cookies}};
  return request;
}

std::string session_of(Request request, std::int64_t now = old_cookie_names_end - 1) {
  rename_old_cookies(request, now);
  return read_cookie(request, CookieKind::session);
}

TEST(OldCookies, AreReadForAWhile) {
  EXPECT_EQ(session_of(with("auth0=old")), "old");
  EXPECT_EQ(session_of(with("x=y; auth0_compat=copy")), "copy");
  EXPECT_EQ(session_of(with("auth0=old; auth0_compat=other")), "old");
  EXPECT_EQ(session_of(with("auth0=old"), old_cookie_names_end), "");
  EXPECT_EQ(session_of(with("auth0=")), "");
}

TEST(OldCookies, ANewOneComesFirst) {
  EXPECT_EQ(session_of(with("auth0=planted; __Host-auth0=own")), "own");
  EXPECT_EQ(session_of(with("__Host-auth0_compat=own; auth0=planted")), "own");
  EXPECT_EQ(session_of(with("auth0=planted; __Host-did=d")), "planted");  // each by itself
}

TEST(OldCookies, TwoOfOneNameAreNobodys) {
  EXPECT_EQ(session_of(with("auth0=own; auth0=planted")), "");
  EXPECT_EQ(session_of(with("auth0=own; auth0=own")), "own");
}

TEST(OldCookies, AreNotThoseOfPlainHttp) {
  Request request = with("auth0=planted; auth0_dev=own", "http://localhost:8080/");
  EXPECT_TRUE(rename_old_cookies(request, 0).empty());
  EXPECT_EQ(read_cookie(request, CookieKind::session), "own");
}

std::string set_by(const std::string& cookies, Response response = {}) {
  Request request = with(cookies);
  const auto renamed = rename_old_cookies(request, 0);
  replace_old_cookies(response, request, renamed, 100);
  std::string out;
  for (const auto& [name, value] : response.headers)
    if (name == "Set-Cookie") out += value.substr(0, value.find(';')) + "; ";
  return out;
}

TEST(OldCookies, AreReplacedByNewOnes) {
  EXPECT_EQ(set_by("auth0=old"), "__Host-auth0=old; __Host-auth0_compat=old; auth0=; auth0_compat=; ");
  EXPECT_EQ(set_by("auth0=planted; __Host-auth0=own"), "auth0=; auth0_compat=; ");
  EXPECT_EQ(set_by("__Host-auth0=own"), "");
  Response ended;
  set_cookie(ended, with(""), CookieKind::session, "", 0);
  EXPECT_EQ(set_by("auth0=old", ended), "__Host-auth0=; __Host-auth0_compat=; auth0=; auth0_compat=; ");
  EXPECT_EQ(set_by("auth0=old", {200, {{"Cache-Control", "public, max-age=15"}}, {}}), "");
}

}  // namespace
}  // namespace ostia::authority
