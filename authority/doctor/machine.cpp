#include <sys/timex.h>

#include <filesystem>

#include "base/clock.hpp"
#include "doctor/doctor.hpp"
#include "http/server.hpp"
#include "scripts/process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace ostia::authority::doctor {
namespace {

namespace fs = std::filesystem;
using boost::asio::ip::tcp;

Finding examine_clock() {
  constexpr std::int64_t written = 1'767'225'600;  // 2026-01-01: before this program
  if (Clock::real() < written)
    return fault("clock", "this machine believes it is " + iso_time(Clock::real()),
                 "set it, and keep it right: systemctl enable --now systemd-timesyncd");
  timex state{};
  if (const int status = adjtimex(&state); status == TIME_ERROR && (state.status & STA_UNSYNC) != 0)
    return warning("clock", "it is " + iso_time(Clock::real()) + ", and nothing keeps that right",
                   "tokens are refused when the clock is wrong: run systemd-timesyncd or chrony, here or on the host");
  return fine("clock", iso_time(Clock::real()) + ", kept right");
}

Finding examine_port(const std::string& name, const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return fault("port", name + " " + text + ": " + endpoint.error().description, "write HOST:PORT");
  boost::asio::io_context io;
  boost::system::error_code ec;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(endpoint->host, std::to_string(endpoint->port), ec);
  if (ec)
    return fault("port", name + ": there is no address " + endpoint->host,
                 "name an address of this machine, or 0.0.0.0");
  tcp::acceptor acceptor(io);
  const tcp::endpoint at = found.begin()->endpoint();
  acceptor.open(at.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(at, ec);
  if (!ec) return fine("port", text + " is free");
  if (ec == boost::asio::error::access_denied)
    return fault("port", text + " is not for this user: ports under 1024 are the system's",
                 "let systemd give CAP_NET_BIND_SERVICE, as in deploy/systemd, or take a higher port behind a proxy");
  if (ec == boost::asio::error::address_in_use)
    return warning("port", text + " is in use",
                   "by an authority that runs? else stop what has it (ss -ltnp), or choose another with " + name);
  return fault("port", text + ": " + ec.message(), "choose another address with " + name);
}

Finding examine_disk(const std::string& data) {
  constexpr std::uintmax_t little = 1ULL << 30U;  // bytes
  std::error_code ec;
  const fs::path folder = fs::exists(data, ec) ? fs::path(data) : fs::absolute(data, ec).parent_path();
  const auto space = fs::space(folder, ec);
  if (ec) return fault("disk", folder.string() + ": " + ec.message(), "name a folder that can be written with --data");
  const std::string megabytes = std::to_string(space.available >> 20U) + " MB free at " + folder.string();
  if (space.available < little) return warning("disk", megabytes, "make room: a full disk refuses every login");
  return fine("disk", megabytes);
}

// Started as for a login, so that what is said here is what a login meets.
Finding examine_scripts() {
  const auto started = ScriptProcess::start(false);
  if (started) return fine("node", "node runs rules and actions, behind Landlock, seccomp and its own permissions");
  const Error& error = started.error();
  if (error.reason == "node_missing")
    return warning("node", "there is no node on the PATH", "install nodejs before the tenant has rules or actions");
  if (error.reason == "script_wall_missing")
    return warning("wall", error.description,
                   "take a kernel and a node that have it; in a container, a profile that permits it");
  return warning("node", error.description, "look at the node that is first on the PATH, or that OSTIA_NODE names");
}

}  // namespace

Findings examine_machine(const Options& o) {
  return {examine_clock(), examine_port("--listen", o.listen), examine_disk(o.data), examine_scripts()};
}

}  // namespace ostia::authority::doctor
