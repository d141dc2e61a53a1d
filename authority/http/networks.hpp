// Sets of IP addresses, as people write them: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`.
#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/result.hpp"

namespace ostia::authority {

class Networks {
 public:
  Networks() = default;
  /// IPv4 written as IPv6 (`::ffff:10.0.0.0/104`) is IPv4. The error names the entry that is none.
  static Result<Networks> parse(const std::vector<std::string>& list);
  /// Those that are addresses or networks; the rest is left out.
  static Networks parse_good(const std::vector<std::string>& list);

  [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }
  /// No for what is not an address.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }

 private:
  bool add(const std::string& entry);

  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

/// The address as the authority writes it everywhere, in logs, counters and lists: IPv4 that came over IPv6
/// (`::ffff:192.0.2.7`) is IPv4, IPv6 has its short form (RFC 5952). Empty for what is not an address.
std::string canonical_address(std::string_view address);

/// What one customer can be given: an IPv4 address itself, of an IPv6 address the network of so many bits
/// (`2001:db8:1:2::/64`). Whatever is not an address counts as itself.
std::string network_of(std::string_view address, unsigned short ipv6_bits = 64);

}  // namespace ostia::authority
