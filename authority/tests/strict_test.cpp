// Heads of requests on both sides of what RFC 9112 allows.
#include "http/strict.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::string_view_literals;

int judged(std::string_view head) {
  const auto refused = refuse_head(head);
  return refused ? refused->status : 200;
}

int with(std::string_view fields, std::string_view line = "POST /x HTTP/1.1") {
  return judged(std::string(line) + "\r\n" + std::string(fields) + "\r\n");
}

struct Row {
  std::string_view head;
  int status;
};

TEST(Strict, FirstLines) {
  const Row table[] = {{"GET / HTTP/1.1", 200},
                       {"GET / HTTP/1.0", 200},
                       {"GET /a?b=c%20d HTTP/1.1", 200},
                       {"M-SEARCH / HTTP/1.1", 200},
                       {"OPTIONS * HTTP/1.1", 200},
                       {"GET http://a.example/x?y HTTP/1.1", 200},
                       {"GET HTTPS://a.example HTTP/1.1", 200},
                       {"GET * HTTP/1.1", 400},
                       {"GET x HTTP/1.1", 400},
                       {"GET ftp://a.example/ HTTP/1.1", 400},
                       {"GET http:///x HTTP/1.1", 400},
                       {"GET http://a@b/ HTTP/1.1", 400},
                       {"GET /#x HTTP/1.1", 400},
                       {"GET /\x7F HTTP/1.1", 400},
                       {"GET /\xC3\xA4 HTTP/1.1", 400},
                       {"CONNECT a.example:443 HTTP/1.1", 501},
                       {"GET / HTTP/2.0", 505},
                       {"GET / HTTP/1.2", 505},
                       {"GET / http/1.1", 400},
                       {"GET / HTTP/1.1 ", 400},
                       {"GET  / HTTP/1.1", 400},
                       {"GET /\tHTTP/1.1", 400},
                       {"G@T / HTTP/1.1", 400},
                       {"GET /", 400},
                       {"", 400}};
  for (const auto& [line, status] : table) EXPECT_EQ(with("Host: a\r\n", line), status) << line;
}

TEST(Strict, Fields) {
  const Row table[] = {{"Host: a\r\nX: y\r\n", 200},
                       {"Host: a\r\nX:\r\n", 200},
                       {"Host: a\r\nX: \ty z \t\r\n", 200},
                       {"Host: a\r\nX: \xC3\xA4\r\n", 200},
                       {"Host: a\r\nX: y\r\n z\r\n", 400},  // obs-fold
                       {"Host: a\r\nX: y\r\n\tz\r\n", 400},
                       {" Host: a\r\n", 400},
                       {"Host : a\r\n", 400},
                       {"Host\t: a\r\n", 400},
                       {"Host: a\r\nX y\r\n", 400},
                       {"Host: a\r\n: y\r\n", 400},
                       {"Host: a\r\nX@: y\r\n", 400},
                       {"Host: a\r\nX: y\0z\r\n"sv, 400},
                       {"Host: a\r\nX: y\x1Bz\r\n", 400},
                       {"Host: a\r\nX: y\x7Fz\r\n", 400},
                       {"Host: a\r\nX: y\rz: w\r\n", 400},
                       {"Host: a\nX: y\r\n", 400},
                       {"Host: a\r\nAuthorization: Bearer x\r\n", 200},
                       {"Host: a\r\nAuthorization: Bearer x\r\nauthorization: Bearer y\r\n", 400},
                       {"Host: a\r\nContent-Type: a/b\r\nContent-Type: a/b\r\n", 400},
                       {"Host: a\r\nOrigin: http://a\r\nOrigin: http://b\r\n", 400},
                       {"Host: a\r\nCookie: a=b\r\nCookie: c=d\r\n", 200},
                       {"Host: a\r\nX-Forwarded-For: a\r\nX-Forwarded-For: b\r\n", 200},
                       {"Host: a\r\nExpect: 100-Continue\r\n", 200},
                       {"Host: a\r\nExpect: 200-ok\r\n", 417}};
  for (const auto& [fields, status] : table) EXPECT_EQ(with(fields), status) << fields;
}

TEST(Strict, Hosts) {
  const Row table[] = {{"Host: login.example.com\r\n", 200},
                       {"host:a\r\n", 200},
                       {"Host: a:443\r\n", 200},
                       {"Host: a:\r\n", 200},
                       {"Host: a:65535\r\n", 200},
                       {"Host: a:65536\r\n", 400},
                       {"Host: [2001:db8::1]:443\r\n", 200},
                       {"Host: [::1]\r\n", 200},
                       {"Host: [::1]x\r\n", 400},
                       {"Host: [x]\r\n", 400},
                       {"Host: 192.0.2.7\r\n", 200},
                       {"Host: a_b\r\n", 200},
                       {"", 400},
                       {"Host:\r\n", 400},
                       {"Host: :443\r\n", 400},
                       {"Host: a\r\nHost: a\r\n", 400},
                       {"Host: a\r\nhOST: b\r\n", 400},
                       {"Host: a, b\r\n", 400},
                       {"Host: a b\r\n", 400},
                       {"Host: a/b\r\n", 400},
                       {"Host: u@a\r\n", 400},
                       {"Host: a:x\r\n", 400},
                       {"Host: http://a\r\n", 400},
                       {"Host: a?b\r\n", 400}};
  for (const auto& [fields, status] : table) EXPECT_EQ(with(fields), status) << fields;
  EXPECT_EQ(with("", "GET / HTTP/1.0"), 200);
  EXPECT_EQ(with("Host: a\r\nHost: a\r\n", "GET / HTTP/1.0"), 400);
  EXPECT_EQ(with("", "GET http://a/ HTTP/1.1"), 400);
}

TEST(Strict, HowLongABodyIs) {
  const Row table[] = {{"Content-Length: 3\r\n", 200},
                       {"Content-Length: 0\r\n", 200},
                       {"Content-Length: 3, 3\r\n", 400},
                       {"Content-Length: 3\r\nContent-Length: 3\r\n", 400},
                       {"Content-Length: 3\r\nContent-Length: 4\r\n", 400},
                       {"Content-Length: +3\r\n", 400},
                       {"Content-Length: -3\r\n", 400},
                       {"Content-Length: 0x3\r\n", 400},
                       {"Content-Length: 3 \r\n", 200},
                       {"Content-Length: 3 3\r\n", 400},
                       {"Content-Length:\r\n", 400},
                       {"Transfer-Encoding: chunked\r\n", 200},
                       {"transfer-encoding:CHUNKED\r\n", 200},
                       {"Transfer-Encoding: gzip, chunked\r\n", 501},
                       {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501},
                       {"Transfer-Encoding: gzip\r\n", 400},
                       {"Transfer-Encoding: identity\r\n", 400},
                       {"Transfer-Encoding: chunked, gzip\r\n", 400},
                       {"Transfer-Encoding: chunked, chunked\r\n", 400},
                       {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
                       {"Transfer-Encoding: xchunked\r\n", 400},
                       {"Transfer-Encoding: \"chunked\"\r\n", 400},
                       {"Transfer-Encoding: chunked;q=1\r\n", 400},
                       {"Transfer-Encoding: \x0B"
                        "chunked\r\n",
                        400},
                       {"Transfer-Encoding:\r\n", 400},
                       {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400},
                       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400}};
  for (const auto& [fields, status] : table) EXPECT_EQ(with("Host: a\r\n" + std::string(fields)), status) << fields;
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), 400);
  EXPECT_EQ(with("Content-Length: 3\r\n", "POST / HTTP/1.0"), 200);
}

TEST(Strict, Targets) {
  const auto parts = [](std::string_view target) {
    const auto [authority, rest] = split_target(target);
    return std::string(authority) + "|" + std::string(rest);
  };
  EXPECT_EQ(parts("/a?b"), "|/a?b");
  EXPECT_EQ(parts("http://a.example:80/b?c"), "a.example:80|/b?c");
  EXPECT_EQ(parts("HTTPS://a.example"), "a.example|/");
  EXPECT_EQ(parts("http://a.example?x"), "a.example|?x");
  EXPECT_EQ(parts("/http://a/"), "|/http://a/");
}

}  // namespace
}  // namespace ostia::authority
