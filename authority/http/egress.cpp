#include "http/egress.hpp"

#include <algorithm>
#include <span>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

namespace ip = boost::asio::ip;

struct Reserved {
  const char* network;
  std::string_view what;
};

// IANA's special-purpose registries (RFC 6890), and what clouds tell their machines.
constexpr Reserved of_ipv4[] = {
    {"0.0.0.0/8", "unspecified"},         {"10.0.0.0/8", "private"},           {"100.64.0.0/10", "carrier-grade NAT"},
    {"127.0.0.0/8", "loopback"},          {"169.254.0.0/16", "link-local"},  // 169.254.169.254: metadata
    {"172.16.0.0/12", "private"},         {"192.0.0.0/24", "reserved"},        {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4"},           {"192.168.0.0/16", "private"},       {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"}, {"203.0.113.0/24", "documentation"}, {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},          {"168.63.129.16/32", "metadata"},  // Azure's, in the midst of public
                                                                             // addresses
};
// Of IPv6 only 2000::/3 is given out; these are within it, or have names.
constexpr Reserved of_ipv6[] = {
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"2001::/32", "Teredo"},
    {"2001::/23", "reserved"},
    {"2001:db8::/32", "documentation"},
    {"2002::/16", "6to4"},
    {"3fff::/20", "documentation"},
    {"fc00::/7", "private"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local"},
    {"ff00::/8", "multicast"},
};

template <class Network, auto make>
std::vector<std::pair<Network, std::string_view>> read(std::span<const Reserved> list) {
  std::vector<std::pair<Network, std::string_view>> out;
  for (const auto& one : list) out.emplace_back(make(one.network), one.what);
  return out;
}

template <class Network, class Address>
std::string_view find(const std::vector<std::pair<Network, std::string_view>>& list, const Address& address) {
  for (const auto& [network, what] : list)
    if (Network(address, network.prefix_length()).canonical() == network.canonical()) return what;
  return {};
}

std::string_view reserved_v4(const ip::address_v4& address) {
  static const auto list = read<ip::network_v4, [](const char* s) { return ip::make_network_v4(s); }>(of_ipv4);
  return find(list, address);
}

ip::address_v4 last_32_bits(const ip::address_v6& address) {
  const auto b = address.to_bytes();
  return ip::address_v4({b[12], b[13], b[14], b[15]});
}

bool is_in(const ip::address_v6& address, const char* network) {
  const auto n = ip::make_network_v6(network);
  return ip::network_v6(address, n.prefix_length()).canonical() == n.canonical();
}

// The IPv4 address that a packet to this one ends at: mapped (RFC 4291), or by way of NAT64 (RFC 6052).
bool stands_for_v4(const ip::address_v6& address) { return address.is_v4_mapped() || is_in(address, "64:ff9b::/96"); }

std::string_view reserved_v6(const ip::address_v6& address) {
  static const auto list = read<ip::network_v6, [](const char* s) { return ip::make_network_v6(s); }>(of_ipv6);
  if (const auto what = find(list, address); !what.empty()) return what;
  return is_in(address, "2000::/3") ? std::string_view() : "reserved";
}

// As names are compared: without case, and without the dot of the root.
std::string bare(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return text::lower(host);
}

bool is_host_name(std::string_view s) {
  const auto fits = [](char c) { return text::is_alnum(c) || c == '-' || c == '.' || c == '_'; };
  return !s.empty() && s.size() <= 253 && !text::is_digit(s.back()) && s.front() != '.' && s.front() != '-' &&
         std::all_of(s.begin(), s.end(), fits);
}

ip::address without_wrapping(const ip::address& a) {
  return a.is_v6() && stands_for_v4(a.to_v6()) ? ip::address(last_32_bits(a.to_v6())) : a;
}

}  // namespace

std::string_view reserved_as(const ip::address& given) {
  const auto address = without_wrapping(given);
  return address.is_v4() ? reserved_v4(address.to_v4()) : reserved_v6(address.to_v6());
}

Result<Egress> Egress::parse(const std::vector<std::string>& named, bool dev) {
  Egress out;
  out.dev_ = dev;
  std::vector<std::string> networks;
  for (const auto& one : named) {
    if (Networks::parse({one}))
      networks.push_back(one);
    else if (const std::string host = bare(one); is_host_name(host))
      out.hosts_.push_back(host);
    else
      return caller_error("invalid_option", "\"" + one +
                                                "\" is none of an IP address, a network such as 10.0.0.0/8 and a host "
                                                "name such as mail.internal");
  }
  out.networks_ = *Networks::parse(networks);
  return out;
}

Egress Egress::everywhere() {
  Egress out;
  out.everywhere_ = true;
  return out;
}

std::string_view Egress::refusal(std::string_view host, const ip::address& given) const {
  if (everywhere_) return {};
  const auto address = without_wrapping(given);
  const auto what = reserved_as(address);
  if (what.empty() || (dev_ && what == "loopback") || networks_.contains(address.to_string())) return {};
  return std::find(hosts_.begin(), hosts_.end(), bare(host)) == hosts_.end() ? what : std::string_view();
}

bool Egress::takes_any_certificate(std::string_view host) const {
  return dev_ && (host == "::1" || url::is_loopback_host(host));
}

}  // namespace ostia::authority
