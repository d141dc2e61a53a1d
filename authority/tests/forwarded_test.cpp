// Whose address a request has: whatever a client writes, and in whatever form a proxy does.
#include <boost/asio/awaitable.hpp>

#include "http/forwarded.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

constexpr const char* none = "";

TEST(Forwarded, EntriesHavePortsBracketsAndQuotes) {
  const std::pair<const char*, const char*> table[] = {{"203.0.113.9", "203.0.113.9"},
                                                       {"203.0.113.9:51234", "203.0.113.9"},
                                                       {"203.0.113.9:0", "203.0.113.9"},
                                                       {"203.0.113.9:65535", "203.0.113.9"},
                                                       {"203.0.113.9:65536", none},
                                                       {"203.0.113.9:", none},
                                                       {"203.0.113.9:x", none},
                                                       {"203.0.113.9:_hidden", "203.0.113.9"},
                                                       {"203.0.113.9:_", none},
                                                       {"\"203.0.113.9:51234\"", "203.0.113.9"},
                                                       {"\"203.0.113.9", none},
                                                       {" 203.0.113.9\t", "203.0.113.9"},
                                                       {"2001:db8::1", "2001:db8::1"},
                                                       {"[2001:db8::1]", "2001:db8::1"},
                                                       {"[2001:db8::1]:443", "2001:db8::1"},
                                                       {"\"[2001:DB8::1]:443\"", "2001:db8::1"},
                                                       {"[2001:db8::1]443", none},
                                                       {"[2001:db8::1", none},
                                                       {"[203.0.113.9]", none},
                                                       {"::ffff:203.0.113.9", "203.0.113.9"},
                                                       {"[::ffff:203.0.113.9]:443", "203.0.113.9"},
                                                       {"unknown", none},
                                                       {"_hidden", none},
                                                       {"", none},
                                                       {"203.0.113.9 6.6.6.6", none}};
  for (const auto& [entry, address] : table) EXPECT_EQ(forwarded_address(entry).value_or(none), address) << entry;
}

struct Row {
  const char *peer, *list, *address, *unreadable;
};

void check(Forwarding::Header header, std::initializer_list<Row> table) {
  const Forwarding forwarding{*Networks::parse({"10.0.0.0/8", "2001:db8:ffff::/48"}), header};
  for (const auto& row : table) {
    const auto client = client_address(row.peer, row.list, forwarding);
    EXPECT_EQ(client.address, row.address) << row.peer << " | " << row.list;
    EXPECT_EQ(client.unreadable, row.unreadable) << row.peer << " | " << row.list;
  }
}

TEST(Forwarded, XForwardedForIsReadFromTheRight) {
  check(Forwarding::Header::x_forwarded_for,
        {{"198.51.100.7", "6.6.6.6", "198.51.100.7", none},  // nobody who is trusted
         {"10.0.0.1", "", "10.0.0.1", none},
         {"10.0.0.1", "198.51.100.7", "198.51.100.7", none},
         {"::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7", none},
         {"2001:db8:ffff::1", "198.51.100.7", "198.51.100.7", none},
         {"10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7", none},
         {"10.0.0.1", "6.6.6.6,198.51.100.7,10.0.0.2", "198.51.100.7", none},
         {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", none},
         {"10.0.0.1", "6.6.6.6, , 198.51.100.7, ,", "198.51.100.7", none},
         {"10.0.0.1", "\"6.6.6.6, 198.51.100.7", "198.51.100.7", none},
         {"10.0.0.1", "nonsense, 198.51.100.7", "198.51.100.7", none},
         {"10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1", "nonsense"},
         {"10.0.0.1", "198.51.100.7, unknown, 10.0.0.2", "10.0.0.2", "unknown"},
         {"10.0.0.1", "for=198.51.100.7", "10.0.0.1", "for=198.51.100.7"}});
}

TEST(Forwarded, ForwardedIsReadFromTheRight) {
  check(Forwarding::Header::forwarded,
        {{"198.51.100.7", "for=6.6.6.6", "198.51.100.7", none},
         {"10.0.0.1", "for=198.51.100.7", "198.51.100.7", none},
         {"10.0.0.1", "For=\"198.51.100.7:4711\";proto=https;by=10.0.0.1", "198.51.100.7", none},
         {"10.0.0.1", "proto=https;for=\"[2001:db8::7]:4711\"", "2001:db8::7", none},
         {"10.0.0.1", "for=6.6.6.6, for=198.51.100.7, for=10.0.0.2", "198.51.100.7", none},
         {"10.0.0.1", "for=\"6.6.6.6, for=198.51.100.7", "198.51.100.7", none},  // a quote that never ends
         {"10.0.0.1", "for=\"\\\", for=198.51.100.7;by=\"a,b;c\"", "198.51.100.7", none},
         {"10.0.0.1", "for=6.6.6.6;x=\", for=\"[2001:db8::7]\"", "2001:db8::7", none},
         {"10.0.0.1", "for=198.51.100.7, for=unknown", "10.0.0.1", "for=unknown"},
         {"10.0.0.1", "for=198.51.100.7, proto=https", "10.0.0.1", "proto=https"},
         {"10.0.0.1", "198.51.100.7", "10.0.0.1", "198.51.100.7"}});
}

TEST(Forwarded, WhatDescribesARequestIsTheProxysLastWord) {
  const Headers sent = {{"x-request-id", "client, proxy"}, {"cf-ipcountry", "XX, DE"}, {"accept", "a, b"}};
  Request request;
  request.headers = sent;
  keep_what_a_hop_may_say(request, Hop::proxy);
  EXPECT_EQ(request.header("x-request-id"), "proxy");
  EXPECT_EQ(request.header("cf-ipcountry"), "DE");
  EXPECT_EQ(request.header("accept"), "a, b");
  request.headers = sent;
  keep_what_a_hop_may_say(request, Hop::client);
  EXPECT_EQ(request.headers, (Headers{{"accept", "a, b"}}));
  request.headers = sent;
  keep_what_a_hop_may_say(request, Hop::developer);
  EXPECT_EQ(request.headers, (Headers{{"cf-ipcountry", "DE"}, {"accept", "a, b"}}));
}

// RFC 9440 section 3: whoever could write it would be whom they like.
TEST(Forwarded, ACertificateIsTheWordOfAProxyAlone) {
  const Headers sent = {{"client-certificate", "own, proxy's"},
                        {"client-certificate-ca-verified", "SUCCESS, NONE"},
                        {"client-cert", ":a:, :b:"},
                        {"client-cert-chain", ":c:"}};
  Request request;
  request.headers = sent;
  keep_what_a_hop_may_say(request, Hop::proxy);
  EXPECT_EQ(request.header("client-certificate"), "proxy's");
  EXPECT_EQ(request.header("client-certificate-ca-verified"), "NONE");
  EXPECT_EQ(request.header("client-cert"), ":b:");
  for (const Hop hop : {Hop::client, Hop::developer}) {
    request.headers = sent;
    keep_what_a_hop_may_say(request, hop);
    EXPECT_TRUE(request.headers.empty());
  }
}

}  // namespace
}  // namespace ostia::authority
