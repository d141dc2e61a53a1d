// Whose address a request has: what proxies in front wrote of it, taken only from those that are trusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/networks.hpp"

namespace ostia::authority {

/// Who stands in front, and in which header they say whom they got a request from. What no one of them wrote is not
/// read, and neither is the other header.
struct Forwarding {
  enum class Header : std::uint8_t {
    x_forwarded_for,  ///< `X-Forwarded-For: 203.0.113.9, 10.0.0.7`
    forwarded,        ///< RFC 7239: `Forwarded: for=203.0.113.9, for="[2001:db8::7]:4711"`
  };

  Networks proxies;
  Header header = Header::x_forwarded_for;

  /// In lower case, as `Request` has names.
  [[nodiscard]] std::string_view header_name() const {
    return header == Header::forwarded ? "forwarded" : "x-forwarded-for";
  }
};

/// One entry of such a list as an address: without port, brackets and quotes, IPv4 in IPv6 as IPv4. Nothing for what is
/// none, such as `unknown`.
std::optional<std::string> forwarded_address(std::string_view entry);

struct ClientAddress {
  std::string address;     ///< canonical; what `peer` was if that is no address
  std::string unreadable;  ///< the entry at which reading ended because it is no address; empty: none
};

/// The address of the client of a request that came from `peer`: with `list`, all lines of the header as one list, the
/// last entry that is none of the proxies, if `peer` is one of them. Whatever a client wrote there itself stands before
/// that one. An entry that cannot be read leaves the request the address of the proxy that wrote it.
ClientAddress client_address(std::string_view peer, std::string_view list, const Forwarding& forwarding);

/// Leaves in the request only what whoever it came from may say: of headers that describe a request on its way, the
/// last word of a trusted proxy, and nothing at all of anybody else.
void keep_what_a_hop_may_say(Request& request, bool is_from_proxy);

}  // namespace ostia::authority
