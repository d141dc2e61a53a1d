#include "http/networks.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace ostia::authority {
namespace {

namespace ip = boost::asio::ip;
using boost::system::error_code;

template <class Network, class Address>
bool is_in(const Network& network, const Address& address) {
  return Network(address, network.prefix_length()).canonical() == network.canonical();
}

constexpr unsigned short mapped_bits = 96;  // of `::ffff:0:0/96`, which stand before an IPv4 address

// What came over IPv4 to a socket of both kinds is IPv4, and the link that an address is good on is no part of it.
ip::address plain(const ip::address& a) {
  if (a.is_v4()) return a;
  ip::address_v6 v6 = a.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  v6.scope_id(0);
  return v6;
}

}  // namespace

bool Networks::add(const std::string& entry) {
  error_code ec;
  const bool is_network = entry.find('/') != std::string::npos;
  if (entry.find(':') == std::string::npos) {
    v4_.push_back(ip::make_network_v4(is_network ? entry : entry + "/32", ec));
    if (ec) v4_.pop_back();
  } else {
    const auto network = ip::make_network_v6(is_network ? entry : entry + "/128", ec);
    if (ec) return false;
    if (network.address().is_v4_mapped() && network.prefix_length() >= mapped_bits)
      v4_.emplace_back(ip::make_address_v4(ip::v4_mapped, network.address()), network.prefix_length() - mapped_bits);
    else
      v6_.push_back(network);
  }
  return !ec;
}

Result<Networks> Networks::parse(const std::vector<std::string>& list) {
  Networks out;
  for (const auto& text : list)
    if (!out.add(text))
      return caller_error("invalid_option",
                          "\"" + text + "\" is neither an IP address nor a network such as 10.0.0.0/8");
  return out;
}

Networks Networks::parse_good(const std::vector<std::string>& list) {
  Networks out;
  for (const auto& text : list) (void)out.add(text);
  return out;
}

bool Networks::contains(std::string_view text) const {
  if (empty()) return false;  // each request asks several of them
  error_code ec;
  const auto any = ip::make_address(std::string(text), ec);
  if (ec) return false;
  const auto address = plain(any);
  if (address.is_v4())
    return std::any_of(v4_.begin(), v4_.end(), [&](const auto& n) { return is_in(n, address.to_v4()); });
  return std::any_of(v6_.begin(), v6_.end(), [&](const auto& n) { return is_in(n, address.to_v6()); });
}

std::string canonical_address(std::string_view text) {
  error_code ec;
  const auto any = ip::make_address(std::string(text), ec);
  return ec ? std::string() : plain(any).to_string();
}

std::string network_of(std::string_view text, unsigned short ipv6_bits) {
  error_code ec;
  const auto any = ip::make_address(std::string(text), ec);
  if (ec) return std::string(text);
  const auto address = plain(any);
  if (address.is_v4()) return address.to_string();
  return ip::network_v6(address.to_v6(), ipv6_bits).canonical().to_string();
}

}  // namespace ostia::authority
