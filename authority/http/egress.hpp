// Where the authority's own calls may go. Tenants, applications and upstreams name the servers that it calls, so a name
// must not lead to what only this machine can reach: its own services, its network, what a cloud tells its machines.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/networks.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

/// One for all callers: upstreams, log streams, back-channel logout, gateways, the mail server, scripts. It is asked
/// about each address that a connection is about to be made to, after names were resolved.
class Egress {
 public:
  /// Public addresses only.
  Egress() = default;
  /// And what the operator names: addresses, networks, and hosts, wherever these lead. With `dev` this machine, too,
  /// whose certificates nobody has signed. The error names the entry that is none of them.
  static Result<Egress> parse(const std::vector<std::string>& named, bool dev);
  /// For what the operator types itself, such as the domain that `ostia doctor` looks at.
  static Egress everywhere();

  /// What is against a connection to `address` for the sake of `host`, in a word or two: `loopback`, `private`. Empty:
  /// nothing.
  [[nodiscard]] std::string_view refusal(std::string_view host, const boost::asio::ip::address& address) const;
  /// Whether nobody could be in between, and no certificate says the name: this machine, with `--dev`.
  [[nodiscard]] bool takes_any_certificate(std::string_view host) const;

 private:
  Networks networks_;
  std::vector<std::string> hosts_;
  bool dev_ = false, everywhere_ = false;
};

/// What keeps an address from being a public one; empty where it is one.
std::string_view reserved_as(const boost::asio::ip::address& address);

}  // namespace ostia::authority
