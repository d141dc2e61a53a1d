// Where the authority's own calls may go, and whether what the tenant names is there.
#include "http/egress.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "doctor/doctor.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::doctor {
namespace {

struct Called {
  std::string what, host;
};

void add(std::vector<Called>& to, const std::string& what, const std::string& address) {
  if (const auto parsed = url::parse(address); parsed && !parsed->host.empty())
    to.push_back({what, std::string(parsed->host)});
}

std::vector<Called> called_by(const Tenant& tenant) {
  std::vector<Called> out;
  if (!tenant.smtp.host.empty()) out.push_back({"the mail server", tenant.smtp.host});
  for (const auto& stream : tenant.log_streams) add(out, "the log stream \"" + stream.name + "\"", stream.url);
  for (const auto& [id, client] : tenant.clients)
    for (const auto& logout : client.backchannel_logout_urls)
      add(out, "the back-channel logout of \"" + client.name + "\"", logout);
  for (const auto& c : tenant.connections) {
    add(out, "the connection \"" + c.name + "\"", c.sms.gateway);
    for (const auto& one : {c.upstream.issuer, c.upstream.discovery_url, c.upstream.token_url, c.upstream.userinfo_url,
                            c.upstream.jwks_url})
      add(out, "the connection \"" + c.name + "\"", one);
  }
  return out;
}

// What is against the host, if a name of it leads to an address that is not called. One that has none is another
// matter.
Finding examine_host(const Called& called, const Egress& egress) {
  std::string host = called.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::asio::io_context io;
  boost::asio::ip::tcp::resolver resolver(io);
  boost::system::error_code ec;
  for (const auto& one : resolver.resolve(host, "", ec)) {
    const auto address = one.endpoint().address();
    const auto against = egress.refusal(host, address);
    if (!against.empty())
      return fault("egress",
                   called.what + " is at " + called.host + ", whose address " + address.to_string() + " is " +
                       std::string(against) + ": it is not called",
                   "serve with --allow-egress " + host + ", if that is meant; then give it here, too");
  }
  return fine("egress", called.what + " at " + called.host + " may be called");
}

}  // namespace

Findings examine_egress(const Options& o, const Tenant* tenant) {
  const auto egress = Egress::parse(o.allowed_egress, o.dev);
  if (!egress) return {fault("egress", egress.error().description, "correct --allow-egress")};
  std::string allowed = o.dev ? "public addresses and this machine" : "public addresses";
  for (const auto& one : o.allowed_egress) allowed += ", " + one;
  Findings out = {fine("egress", "calls to other servers may go to: " + allowed)};
  if (!tenant) return out;
  for (const auto& called : called_by(*tenant))
    if (auto finding = examine_host(called, *egress); finding.level != Finding::Level::fine)
      out.push_back(std::move(finding));
  return out;
}

}  // namespace ostia::authority::doctor
