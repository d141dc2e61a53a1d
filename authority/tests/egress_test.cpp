#include "http/egress.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

boost::asio::ip::address at(const char* text) { return boost::asio::ip::make_address(text); }

TEST(Egress, EachReservedRangeHasItsEdges) {
  for (const char* inside : {"10.0.0.0",
                             "10.255.255.255",
                             "100.64.0.0",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.0.0",
                             "169.254.255.255",
                             "172.16.0.0",
                             "172.31.255.255",
                             "192.168.0.0",
                             "192.168.255.255",
                             "198.18.0.0",
                             "198.19.255.255",
                             "224.0.0.0",
                             "255.255.255.255",
                             "0.0.0.0",
                             "::",
                             "::1",
                             "fc00::1",
                             "fdff::1",
                             "fe80::1",
                             "ff02::1",
                             "::ffff:10.0.0.1",
                             "::ffff:127.0.0.1",
                             "64:ff9b::7f00:1",
                             "2002:7f00:1::1"})
    EXPECT_FALSE(reserved_as(at(inside)).empty()) << inside;
  for (const char* beside :
       {"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
        "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2001:200::1", "2003::1", "64:ff9b::808:808", "::ffff:8.8.8.8"})
    EXPECT_EQ(reserved_as(at(beside)), "") << beside;
}

}  // namespace
}  // namespace ostia::authority
