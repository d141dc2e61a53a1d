// One address has one spelling, and IPv4 is IPv4 however it came.
#include "http/networks.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

TEST(Networks, AnAddressHasOneSpelling) {
  const std::pair<const char*, const char*> table[] = {{"192.0.2.7", "192.0.2.7"},
                                                       {"::ffff:192.0.2.7", "192.0.2.7"},
                                                       {"::FFFF:c000:207", "192.0.2.7"},
                                                       {"0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"},
                                                       {"2001:DB8:0:0::1", "2001:db8::1"},
                                                       {"fe80::1%lo", "fe80::1"},
                                                       {"::1", "::1"},
                                                       {"", ""},
                                                       {"192.0.2", ""},
                                                       {"010.0.0.1", ""},
                                                       {"192.0.2.7 ", ""},
                                                       {"example.com", ""}};
  for (const auto& [written, plain] : table) EXPECT_EQ(canonical_address(written), plain) << written;
}

TEST(Networks, ACustomerHasANetwork) {
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_NE(network_of("::ffff:192.0.2.7"), network_of("::ffff:192.0.2.8"));
  EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("2001:db8:1:2::1", 48), network_of("2001:db8:1:ffff::1", 48));
}

TEST(Networks, IPv4InIPv6IsIPv4InLists) {
  struct Row {
    const char *entry, *address;
    bool is_in;
  };
  const Row table[] = {{"::ffff:203.0.113.9", "203.0.113.9", true}, {"::ffff:203.0.113.9", "203.0.113.10", false},
                       {"203.0.113.9", "::ffff:203.0.113.9", true}, {"::ffff:10.0.0.0/104", "10.255.255.255", true},
                       {"::ffff:10.0.0.0/104", "11.0.0.0", false},  {"::ffff:10.0.0.0/128", "10.0.0.0", true},
                       {"::ffff:0:0/96", "198.51.100.1", true},     {"::ffff:0:0/96", "2001:db8::1", false},
                       {"2001:db8::/32", "2001:db8:ffff::1", true}, {"2001:db8::/32", "2001:db9::", false},
                       {"fe80::/10", "fe80::1%lo", true},           {"10.0.0.0/8", "nonsense", false}};
  for (const auto& [entry, address, is_in] : table)
    EXPECT_EQ(Networks::parse({entry})->contains(address), is_in) << entry << " " << address;
}

TEST(Networks, AnEntryThatIsNoneIsNamed) {
  for (const char* entry : {"10.0.0.0/33", "::/129", "10.0.0", "example.com", "", "10.0.0.0/x", "10.0.0.1:80"})
    EXPECT_NE(Networks::parse({entry}).error().description.find("\"" + std::string(entry) + "\""), std::string::npos);
}

}  // namespace
}  // namespace ostia::authority
